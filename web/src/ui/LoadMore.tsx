import { useState } from 'react';
import { ko } from '../i18n/ko';
import { Button } from './Button';

interface Props {
  readonly hasNext: boolean;
  readonly isLoading: boolean;
  /** Where the list ends now. */
  readonly cursor: string | null | undefined;
  readonly onLoad: () => void;
  readonly children?: string;
}

/** The button under a list that goes on. */
export function LoadMore(props: Props) {
  const { hasNext, isLoading, cursor, onLoad, children = ko.list.more } = props;
  const [asked, setAsked] = useState<string | null | undefined>(undefined);
  if (!hasNext) return null;
  // Asked, done, and the list still ends at the same place: the page did not come.
  const failed = !isLoading && asked != null && asked === cursor;
  return (
    <div className="flex flex-wrap items-center justify-center gap-4 pt-8">
      <p role="status" className="text-alert empty:hidden">
        {failed ? ko.list.failed : null}
      </p>
      <Button
        look="quiet"
        busy={isLoading}
        onClick={() => {
          setAsked(cursor);
          onLoad();
        }}
      >
        {isLoading ? ko.list.loading : children}
      </Button>
    </div>
  );
}
