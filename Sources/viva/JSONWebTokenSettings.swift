import Foundation
import Gateway
import InterviewStore
import ServerEdge

/// The settings of an identity provider's tokens, `VIVA_JWT_…` and `VIVA_JWKS_URL`.
enum JSONWebTokenSettings {
    /// - Returns: nil when no key is set: then no such token is accepted.
    static func configuration(_ settings: Settings) throws -> JSONWebTokenConfiguration? {
        let keys = try keys(settings)
        let keySet = try keySet(settings)
        let (issuer, audience) = (settings.text("viva.jwt.issuer"), settings.text("viva.jwt.audience"))
        guard !keys.isEmpty || keySet != nil else {
            guard issuer == nil, audience == nil else {
                throw CommandFailure("VIVA_JWT_ISSUER and VIVA_JWT_AUDIENCE need VIVA_JWKS_URL, VIVA_JWT_PUBLIC_KEY or VIVA_JWT_SECRET")
            }
            return nil
        }
        guard let issuer, let audience else {
            throw CommandFailure("VIVA_JWT_ISSUER and VIVA_JWT_AUDIENCE must say whose tokens are accepted and for whom they are made")
        }
        var configuration = JSONWebTokenConfiguration(issuer: issuer, audience: audience, keys: keys, keySet: keySet)
        if let path = try claim("viva.jwt.tenant.claim", "VIVA_JWT_TENANT_CLAIM", settings) { configuration.tenantClaim = path }
        if let path = try claim("viva.jwt.role.claim", "VIVA_JWT_ROLE_CLAIM", settings) { configuration.roleClaim = path }
        if let text = settings.text("viva.jwt.roles") { configuration.roles = try roles(text) }
        return configuration
    }

    private static func keys(_ settings: Settings) throws -> [JSONWebTokenKey] {
        let id = settings.text("viva.jwt.key.id")
        var keys: [JSONWebTokenKey] = []
        if let secret = try settings.secret("viva.jwt.secret") {
            guard let key = JSONWebTokenKey(secret: secret, id: id) else {
                throw CommandFailure("VIVA_JWT_SECRET must have at least \(JSONWebTokenKey.shortestSecret) bytes")
            }
            keys.append(key)
        }
        if let document = try publicKey(settings) {
            guard let key = JSONWebTokenKey(publicKeyPEM: document, id: id) else {
                throw CommandFailure(
                    "VIVA_JWT_PUBLIC_KEY must be a public key in PEM form: elliptic curve P-256, or RSA with at least 2048 bits"
                )
            }
            keys.append(key)
        }
        return keys
    }

    /// A public key is no secret, so its file may be readable by others.
    private static func publicKey(_ settings: Settings) throws -> String? {
        guard let path = settings.text("viva.jwt.public.key.file") else { return settings.text("viva.jwt.public.key") }
        guard let document = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure("cannot read \(path), which VIVA_JWT_PUBLIC_KEY_FILE names")
        }
        return document
    }

    private static func keySet(_ settings: Settings) throws -> JSONWebKeySetAddress? {
        guard let url = settings.text("viva.jwks.url") else { return nil }
        guard let address = JSONWebKeySetAddress(url) else {
            throw CommandFailure("VIVA_JWKS_URL must be an https address (http only on this machine) without a user name")
        }
        return address
    }

    private static func claim(_ key: String, _ variable: String, _ settings: Settings) throws -> ClaimPath? {
        guard let text = settings.text(key) else { return nil }
        guard let path = ClaimPath(text) else {
            throw CommandFailure("\(variable) must be the name of a claim, with dots between nested names, such as app_metadata.tenant_id")
        }
        return path
    }

    /// `authenticated=interviewer,manager=admin`
    private static func roles(_ text: String) throws -> [String: WorkspaceRole] {
        var roles: [String: WorkspaceRole] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty, let role = WorkspaceRole(rawValue: parts[1]) else {
                throw CommandFailure(
                    "VIVA_JWT_ROLES must be pairs such as authenticated=interviewer,owner=admin; our roles are admin, interviewer and reviewer"
                )
            }
            roles[parts[0]] = role
        }
        return roles
    }
}
