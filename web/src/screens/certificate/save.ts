// Files that the browser saves.

/** Lets the browser save it, from memory: nothing of it is in an address. */
export function save(name: string, text: string, type = "application/x-pem-file"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name as every file system takes it. */
export function fileName(name: string): string {
  return name.replaceAll("*", "wildcard").replace(/[^\w.-]+/g, "-") || "certificate";
}
