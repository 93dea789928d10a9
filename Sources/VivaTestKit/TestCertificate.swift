import Crypto
public import NIOSSL

/// A self-signed certificate, made afresh, so that no private key lies in the repository.
public enum TestCertificate {
    public struct Pair: Sendable {
        public let server: TLSConfiguration
        /// Trusts exactly this certificate.
        public let client: TLSConfiguration
    }

    /// - Parameters:
    ///   - address: The IPv4 address that it is for.
    ///   - lastYear: The last two digits of the year on whose first day it ends; 21 is long over.
    public static func make(address: [UInt8] = [127, 0, 0, 1], lastYear: Int = 49) throws -> Pair {
        let key = P256.Signing.PrivateKey()
        let algorithm = sequence(objectIdentifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]))  // ecdsa-with-SHA256
        let name = sequence(set(sequence(objectIdentifier([0x55, 0x04, 0x03]) + element(0x0C, Array("viva test".utf8)))))
        let validity = sequence(element(0x17, Array("200101000000Z".utf8)) + element(0x17, Array("\(lastYear)0101000000Z".utf8)))
        // subjectAltName with the address
        let alternative = element(0x30, objectIdentifier([0x55, 0x1D, 0x11]) + element(0x04, sequence(element(0x87, address))))
        let body = sequence(
            element(0xA0, element(0x02, [2])) + element(0x02, [1]) + algorithm + name + validity + name
                + Array(key.publicKey.derRepresentation) + element(0xA3, sequence(alternative))
        )
        let signature = try key.signature(for: body)
        let certificate = sequence(body + algorithm + element(0x03, [0] + Array(signature.derRepresentation)))
        let parsed = try NIOSSLCertificate(bytes: certificate, format: .der)
        let privateKey = try NIOSSLPrivateKey(bytes: Array(key.derRepresentation), format: .der)
        var client = TLSConfiguration.makeClientConfiguration()
        client.trustRoots = .certificates([parsed])
        return Pair(
            server: .makeServerConfiguration(certificateChain: [.certificate(parsed)], privateKey: .privateKey(privateKey)),
            client: client
        )
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        switch content.count {
        case ..<128: [tag, UInt8(content.count)] + content
        case ..<256: [tag, 0x81, UInt8(content.count)] + content
        default: [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
    }

    private static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }
    private static func set(_ content: [UInt8]) -> [UInt8] { element(0x31, content) }
    private static func objectIdentifier(_ content: [UInt8]) -> [UInt8] { element(0x06, content) }
}
