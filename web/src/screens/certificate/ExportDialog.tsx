// Export: the chain, and the private key where somebody chooses that on purpose. It is written into the audit.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import type { Certificate } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { CloseWord } from "@/parts/CloseWord";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { fileName, save } from "./save";

export { save };

export function ExportDialog({ certificate, close }: { certificate: Certificate; close: () => void }) {
  const administrator = useMay("administrator");
  const [withKey, setWithKey] = useState(false);
  const fetched = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/certificates/{certificate}/export", { params: { path: { certificate: certificate.id } }, body: { key: withKey } })),
    onSuccess: (exported) => {
      const base = fileName(certificate.identifiers[0] ?? certificate.id);
      save(`${base}-fullchain.pem`, exported.fullchain);
      if (exported.private_key) save(`${base}-key.pem`, exported.private_key);
    },
  });
  return (
    <Modal isOpen onClose={close} variant="medium" aria-labelledby="export-title">
      <CloseWord />
      <ModalHeader labelId="export-title" title={t("certificate.export.title", { name: certificate.name })} />
      <ModalBody className="stack">
        <p>{t("certificate.export.what")}</p>
        <Checkbox id="export-key" label={t("certificate.export.key")} isDisabled={!administrator || !certificate.version?.has_key} isChecked={withKey}
          description={administrator ? t("certificate.export.key.what") : t("common.notPermitted", { role: t("role.administrator") })} onChange={(_, on) => setWithKey(on)} />
        {!!fetched.error && <ProblemBox error={fetched.error} />}
        <p role="status" className="strong">{fetched.isSuccess ? t("certificate.export.done") : ""}</p>
      </ModalBody>
      <ModalFooter>
        <Button onClick={() => fetched.mutate()} isLoading={fetched.isPending} variant={withKey ? "warning" : "primary"}>{withKey ? t("certificate.export.withKey") : t("certificate.export.download")}</Button>
        <Button variant="link" onClick={close}>{t("common.close")}</Button>
      </ModalFooter>
    </Modal>
  );
}
