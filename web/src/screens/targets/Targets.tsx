// Comes next.
export default function Targets(_: any) {
  return null;
}
