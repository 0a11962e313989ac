/** What is used of s3rver 3.7.1, which brings no types. */
declare module 's3rver' {
  interface ListedObject {
    readonly key: string;
    readonly size: number;
    readonly metadata: { readonly etag: string };
  }
  class S3rver {
    constructor(options: {
      readonly port: number;
      readonly address: string;
      readonly silent: boolean;
      readonly directory: string;
      readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly string[] }[];
    });
    readonly store: {
      listObjects(
        bucket: string,
        options: { readonly prefix: string; readonly maxKeys: number },
      ): Promise<{ readonly objects: readonly ListedObject[] }>;
      getBucket(bucket: string): Promise<object | null | undefined>;
    };
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
  export = S3rver;
}
