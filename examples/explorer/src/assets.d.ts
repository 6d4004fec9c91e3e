declare module '*.h5?url' {
  const address: string;
  export default address;
}
