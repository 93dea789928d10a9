import Crypto
import Foundation
import InterviewCore
public import ServerEdge

/// The STUN and TURN servers that browsers are told of, with credentials that end by themselves.
public struct ICEServers: Sendable {
    /// Addresses; browsers ask all of them at once, and more than a few slow them down.
    public static let most = 8
    /// A TURN server asks for the credentials when a relay is opened, so they have to be good for as long as a candidate may take
    /// to come back to an interview, and no longer.
    public static let usualLifetime: Duration = .seconds(3 * 3600)

    /// None: browsers find their own way, as they do in most networks.
    public var urls: [ICEServerURL] = []
    /// Shared with the TURN servers (coturn: `static-auth-secret`). Without one they are not told to browsers.
    public var secret: Secret<String>?
    /// How long credentials are good.
    public var lifetime = Self.usualLifetime

    public init() {}

    /// A name and a password for the TURN servers.
    struct Credentials: Sendable {
        let username: String
        let password: Secret<String>
    }

    /// The shared-secret scheme of coturn and others (draft-uberti-behave-turn-rest-00, section 2.2): the name is the moment of
    /// expiry in seconds since 1970 and a name, the password the base64 of HMAC-SHA1 over it. SHA-1 is what TURN servers
    /// implement; as an HMAC it is not broken.
    ///
    /// - Parameter name: whose relays they are. coturn counts quotas by it and writes it into its log.
    func credentials(for name: String, until expiry: Timestamp) -> Credentials? {
        guard let secret = self.secret else { return nil }
        let username = "\(expiry.millisecondsSince1970 / 1000):\(name)"
        let key = SymmetricKey(data: Data(secret.expose().utf8))
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Data(username.utf8), using: key)
        return Credentials(username: username, password: Secret(Data(code).base64EncodedString()))
    }
}
