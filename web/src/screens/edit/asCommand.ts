// The form as the command that does the same, for scripts and colleagues. Keys are named, never shown.
import { joinCommand, quoted } from "./commands";
import type { Form } from "./form";

/** The command that creates it. */
export function asCommand(form: Form): string {
  const words = ["certwright", "cert", "create"];
  const add = (option: string, value: string) => {
    if (value.trim()) words.push(option, quoted(value.trim()));
  };
  for (const name of form.identifiers) words.push(quoted(name));
  add("--name", form.name);
  add("--ca", form.authority);
  add("--account", form.account);
  add("--profile", form.profile);
  if (form.profile && form.profileMissing !== "require") add("--profile-missing", form.profileMissing);
  if (form.challenge === "http-01-webroot") add("--webroot", form.root);
  add("--key", form.keyType);
  if (form.keySource === "reuse") words.push("--reuse-key");
  if (form.keySource === "own" || (form.keySource === "request" && form.privateKey)) add("--private-key", "KEY-FILE.pem");
  if (form.keySource === "request") add("--csr", "REQUEST-FILE.pem");
  if (form.policy === "share") add("--renew", `${form.policyValue}%`);
  if (form.policy === "before-expiry") add("--renew", `before:${form.policyValue.replaceAll(" ", "")}`);
  if (form.policy === "after-renewal") add("--renew", `after:${form.policyValue.replaceAll(" ", "")}`);
  add("--window", form.window === "-" ? "none" : form.window);
  add("--preferred-chain", form.preferredChain);
  add("--lifetime", form.lifetime.replaceAll(" ", ""));
  for (const tag of form.tags.split(/[\s,]+/)) add("--tag", tag);
  add("--notes", form.notes);
  if (form.deploy === "these") {
    if (!form.deployments.length) words.push("--deploy", "none");
    for (const { target, settings } of form.deployments) {
      words.push("--deploy", quoted(target));
      for (const [name, value] of Object.entries(settings)) {
        words.push("--set", quoted(`${target}.${name}=${Array.isArray(value) ? joinCommand(value.map(String)) : String(value)}`));
      }
    }
  }
  return words.join(" ");
}
