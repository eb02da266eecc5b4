/** The client has gone: nobody reads the answer, and no further upstream call is made. */
export class ClientLeft extends Error {}

/** What nginx and others log for a client that left before its answer. */
export const CLIENT_LEFT_STATUS = 499;
