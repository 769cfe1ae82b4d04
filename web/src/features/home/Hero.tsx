import { ko } from '../../i18n/ko';
import { BrandWing } from '../../ui/Art';

/** The first thing one sees: the name of the place in the largest letters, and its wing. */
export function Hero() {
  return (
    <section className="relative mx-auto max-w-[90rem] px-5 pt-10 pb-16 sm:px-8 sm:pt-16 lg:pt-24 lg:pb-28">
      <BrandWing className="hero-wing pointer-events-none absolute" />
      <h1 className="relative text-[clamp(3.25rem,11.5vw,10rem)] font-black leading-[0.98] tracking-[-0.055em]">
        {ko.home.lines.map((line) => (
          <span key={line} className="block">
            {line}
          </span>
        ))}
      </h1>
      <p className="relative mt-6 max-w-[13rem] text-lg sm:max-w-sm text-muted sm:mt-8 sm:text-xl">
        {ko.home.lead}
      </p>
    </section>
  );
}
