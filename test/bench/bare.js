// The limit of what a Worker in front of a provider can cost: nothing is looked at, everything is passed on.
export default {
  fetch(request, env) {
    return fetch(env.UPSTREAM, request);
  },
};
