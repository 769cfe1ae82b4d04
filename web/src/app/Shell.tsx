import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Viewer } from '../features/session/Viewer';
import { ko } from '../i18n/ko';
import { WingMark } from '../ui/marks';

/** What stays while pages change: the header, the footer, and where the focus goes. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const shown = useRef(path);

  // A new page starts at its top for readers of the keyboard and the screen reader, too.
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== path) {
      main.current?.focus({ preventScroll: true });
    }
    shown.current = path;
  }, [path]);

  return (
    <div className="flex min-h-dvh flex-col overflow-x-clip">
      <a
        href="#main"
        className="absolute top-2 left-2 z-10 -translate-y-20 rounded-full bg-accent-solid px-5 py-3 font-semibold text-on-accent focus:translate-y-0"
      >
        {ko.app.skip}
      </a>
      <header className="relative z-[1] mx-auto flex w-full max-w-[90rem] items-center justify-between gap-4 px-5 py-4 sm:px-8">
        <Link to="/" aria-label={ko.app.home} className="flex items-center gap-2.5 rounded-lg">
          <WingMark className="h-7" />
          <span className="font-black text-2xl tracking-tighter">
            Win<span className="text-accent">:</span>G
          </span>
        </Link>
        <Viewer />
      </header>
      <main ref={main} id="main" tabIndex={-1} className="flex-1 outline-none">
        <Outlet />
      </main>
      <footer className="mx-auto flex w-full max-w-[90rem] flex-wrap items-center justify-between gap-x-8 gap-y-3 px-5 pt-20 pb-10 text-muted sm:px-8">
        <p>{ko.app.footer}</p>
        <a href="/graphiql" className="underline underline-offset-4 hover:text-ink">
          {ko.app.developers}
        </a>
      </footer>
    </div>
  );
}
