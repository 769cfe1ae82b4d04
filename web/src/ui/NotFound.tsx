import { Link } from '@tanstack/react-router';
import { ko } from '../i18n/ko';
import { buttonLook } from './Button';
import { FallenFeather } from './marks';
import { usePageTitle } from './Page';

/** Nothing lives at this address. */
export function NotFound({ hint }: { hint: string }) {
  usePageTitle(ko.notFound.title);
  return (
    <div className="mx-auto grid max-w-xl justify-items-center gap-5 px-5 py-24 text-center">
      <FallenFeather className="h-28" />
      <h1 className="font-extrabold text-3xl tracking-tight sm:text-4xl">{ko.notFound.title}</h1>
      <p className="text-muted">{hint}</p>
      <Link to="/" className={buttonLook('solid')}>
        {ko.notFound.home}
      </Link>
    </div>
  );
}
