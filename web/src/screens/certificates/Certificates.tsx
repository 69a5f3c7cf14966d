// Comes next.
export default function Certificates(_: any) {
  return null;
}
