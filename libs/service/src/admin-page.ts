/** What a page of the admin server answers, as JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers GET requests for one path. What it throws is a 500. */
export type AdminPage = (query: URLSearchParams) => Promise<AdminAnswer>;

/** The pages that a service has besides those of every service, by path; they may come while the server runs. */
export type AdminPages = Map<string, AdminPage>;
