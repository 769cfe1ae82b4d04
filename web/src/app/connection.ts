import { ConnectionHandler, type HandleFieldPayload, type RecordSourceProxy } from 'relay-runtime';

/**
 * Relay's connection handler, except that a next page that failed keeps the pages already shown.
 *
 * Relay's own sets the whole list to null when the field of a later page comes back as null.
 */
export const keepingConnectionHandler = {
  update(store: RecordSourceProxy, payload: HandleFieldPayload): void {
    const page = store.get(payload.dataID)?.getLinkedRecord(payload.fieldKey);
    if (page == null && payload.args.after != null) return;
    ConnectionHandler.update(store, payload);
  },
};
