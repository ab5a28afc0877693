/** The longest DNS subdomain. */
const MAX_SUBDOMAIN_LENGTH = 253;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The longest DNS label. */
const MAX_LABEL_LENGTH = 63;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Kubernetes: names of most objects (RFC 1123 subdomain). */
export const isDnsSubdomain = (name: string): boolean => name.length <= MAX_SUBDOMAIN_LENGTH && SUBDOMAIN.test(name);

/** Kubernetes: names of containers (RFC 1123 label). */
export const isDnsLabel = (name: string): boolean => name.length <= MAX_LABEL_LENGTH && LABEL.test(name);

/** Kubernetes: names of environment variables, before they were relaxed to almost any character. */
export const isEnvVarName = (name: string): boolean => /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) && name !== '..';
