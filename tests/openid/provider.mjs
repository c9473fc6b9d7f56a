// An OpenID provider that is not ours, with the members in its ID token that Microsoft Entra ID has.
// node provider.mjs KEY CERTIFICATE TENANT PERSON: says its port in one line, lives until its input ends.
import { OAuth2Server } from "oauth2-mock-server";

const [key, certificate, tenant, person] = process.argv.slice(2);
const at = (name) => `/${tenant}/v2.0/${name}`;
const server = new OAuth2Server(key, certificate, {
  endpoints: {
    wellKnownDocument: at(".well-known/openid-configuration"),
    jwks: at("keys"),
    token: at("token"),
    authorize: at("authorize"),
    endSession: at("logout"),
  },
});
await server.issuer.keys.generate("RS256");
server.service.on("beforeTokenSigning", (token) => {
  Object.assign(token.payload, { tid: tenant, oid: person, name: "Olga Outside", roles: ["Reviewer"] });
});
await server.start(0, "127.0.0.1");
process.stdin.on("end", () => process.exit(0)).resume();
console.log(server.address().port);
