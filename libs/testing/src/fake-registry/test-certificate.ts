/**
 * A self-signed server certificate for 127.0.0.1 and localhost with its key. Known to everybody, so it is worth nothing
 * outside of tests; nothing trusts it unless a test says so.
 */
export const testCertificate = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBpDCCAUmgAwIBAgIUeONrUxMnl218t31utJvCqy1N7SMwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNZmFrZSByZWdpc3RyeTAgFw0yNjExMjEwODAyMjNaGA8yMTI2
MTAyODA4MDIyM1owGDEWMBQGA1UEAwwNZmFrZSByZWdpc3RyeTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABGPwclnh/aAkD4PuVlFOCVG6mMx8QLWVG6jeNF9Tpf8L
yCcTUavLjinANss8Wk/DTqfREen/4H5uf1RQ8bSX+eqjbzBtMB0GA1UdDgQWBBQS
xGXVMqFh9fyWStaSIKIpgG+BgjAfBgNVHSMEGDAWgBQSxGXVMqFh9fyWStaSIKIp
gG+BgjAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9z
dDAKBggqhkjOPQQDAgNJADBGAiEAqmXBc4ZNvmE/EHcsbtBtVnL9omUrARHHV1p6
wOHP2uMCIQDiMQpsp0b26IIqosN1qm6SUiaKJSv3yKnZfq+xg6gUhw==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7diMY6npaM+6yySb
touCu+Cv9CXwkuNQ6eDAW9ob9wGhRANCAARj8HJZ4f2gJA+D7lZRTglRupjMfEC1
lRuo3jRfU6X/C8gnE1Gry44pwDbLPFpPw06n0RHp/+B+bn9UUPG0l/nq
-----END PRIVATE KEY-----
`,
} as const;
