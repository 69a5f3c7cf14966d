// Comes next.
export default function CertificateScreen(_: any) {
  return null;
}
