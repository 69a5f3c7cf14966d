// Comes next.
export default function System(_: any) {
  return null;
}
