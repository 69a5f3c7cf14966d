// Comes next.
export default function Authorities(_: any) {
  return null;
}
