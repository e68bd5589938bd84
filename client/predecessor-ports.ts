/** What the CLI needs to bring the predecessor's data in and out. */
import type { ExportedFile, PredecessorFile } from '../contracts/predecessor-file.ts';
import type { ImportOutcome } from '../contracts/predecessor-import.ts';

export interface PredecessorPorts {
  /** Books a file's bets in the paper book, all or none; with `dryRun` only says what it would do. */
  importFile(asked: {
    readonly file: PredecessorFile;
    /** Where the file came from, for the audit log. */
    readonly source: string;
    readonly reason: string;
    readonly dryRun: boolean;
  }): Promise<ImportOutcome>;
  /** The current book in the shape of the predecessor's file. */
  exportFile(): Promise<ExportedFile>;
  /** Writes a file whole or not at all: what stood under its name stays until then. */
  writeOutput(path: string, text: string): Promise<void>;
}
