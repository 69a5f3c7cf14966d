// The dialog of what is to be done: what will happen first, then yes or no.
import { ChangeDialog } from "./ChangeDialog";
import { RenewDialog } from "./RenewDialog";
import { TestDialog } from "./TestDialog";
import type { Act } from "./acts";

/** What every dialog of a bulk change is given. */
export interface BulkProps {
  /** The ids, found when the dialog opens. */
  ids: () => Promise<string[]>;
  number: number;
  /** The name, where it is one. */
  name: string | undefined;
  close: () => void;
  /** Called when it was done: the choice has served its purpose. */
  done: () => void;
}

export default function Dialogs({ act, ...props }: BulkProps & { act: Act }) {
  if (act === "renew") return <RenewDialog {...props} />;
  if (act === "test") return <TestDialog {...props} />;
  return <ChangeDialog act={act} {...props} />;
}
