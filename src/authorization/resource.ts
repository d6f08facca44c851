/** What a call acts on, as the upstream itself describes it; never what the request says about it. */
export type Resource =
  | {
      readonly kind: 'found';
      /** The user whom it belongs to. */
      readonly owner: string;
      readonly show: string;
    }
  | {
      readonly kind: 'unknown';
      /** A whole sentence about why nobody can tell. */
      readonly why: string;
    };
