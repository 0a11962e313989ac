/** In the worker's bundle these stand for what threads share of a step: a page computes by one alone. */
function absent(): never {
  throw new Error('a page has no other threads');
}

export const [sharedSteps, shareBands, sharedInput, sharedOutput] = [absent, absent, absent, absent];
export const [layerTask, openTickets, nextTicket, endTickets, closeWork] = [absent, absent, absent, absent, absent];
