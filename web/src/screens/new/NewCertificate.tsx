// Comes next.
export default function NewCertificate(_: any) {
  return null;
}
