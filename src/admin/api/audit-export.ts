/** The audit trail as JSON lines, read from the Registry as fast as the client takes them. */
import type { AuditSlice } from '../registry/audit-queries.ts';

/** Entries behind that of this number, oldest first. */
export type ReadSlice = (after: number) => Promise<AuditSlice>;

/**
 * Holds one slice at a time. The first one is read before anything is answered: rejects if that fails. Later, the
 * stream breaks off, so that half a trail cannot be taken for a whole one.
 */
export async function openAuditExport(read: ReadSlice): Promise<ReadableStream<Uint8Array>> {
  let first: AuditSlice | null = await read(0);
  let after = 0;
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { entries, isLast } = first ?? (await read(after));
        first = null;
        after = entries.at(-1)?.seq ?? after;
        if (entries.length > 0)
          controller.enqueue(encoder.encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')));
        if (isLast) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
