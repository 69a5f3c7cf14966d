// A question that is answered before something happens: what will be done, then yes or no.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { type FormEvent, type ReactNode, useId } from "react";
import { t } from "@/text";
import { CloseWord } from "./CloseWord";
import { ProblemBox } from "./Trouble";

/** What a mutation tells a dialog. */
interface Doing {
  isPending: boolean;
  error: unknown;
}

/** Shows what will be done and does it on yes. What went wrong stays in the dialog, with everything that was typed. */
export function Dialog({ title, children, yes, danger, doing, act, close, disabled, wide, isOver }: {
  title: string;
  children?: ReactNode;
  /** What the button does, in words. */
  yes: string;
  danger?: boolean;
  doing?: Doing;
  act: () => void;
  close: () => void;
  disabled?: boolean;
  wide?: boolean;
  /** Whether it is done, and the dialog shows only what came of it. */
  isOver?: boolean;
}) {
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!disabled && !doing?.isPending) act();
  };
  return (
    <Modal isOpen onClose={close} variant={wide ? "large" : "medium"} aria-labelledby={`${id}-title`} aria-describedby={`${id}-body`}>
      <CloseWord />
      <ModalHeader title={title} labelId={`${id}-title`} titleIconVariant={danger ? "warning" : undefined}
        titleScreenReaderText={danger ? t("common.warning") : undefined} />
      {/* A long plan scrolls in it: the keyboard must get there too. */}
      <ModalBody tabIndex={0} aria-label={title} id={`${id}-body`}>
        <form id={id} onSubmit={submit} className="pf-v6-c-form stack">
          {children}
          {!!doing?.error && <ProblemBox error={doing.error} />}
        </form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={id} variant={danger ? "danger" : "primary"} isLoading={doing?.isPending}
          isDisabled={disabled || doing?.isPending}>
          {yes}
        </Button>
        {!isOver && (
          <Button variant="link" onClick={close}>
            {t("common.cancel")}
          </Button>
        )}
      </ModalFooter>
    </Modal>
  );
}
