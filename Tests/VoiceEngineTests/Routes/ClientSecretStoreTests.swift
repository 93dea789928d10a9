import RealtimeProtocol
import ServerEdge
import Synchronization
import Testing

@testable import VoiceEngine

@Suite struct ClientSecretStoreTests {
    private final class Seconds: Sendable {
        let now = Mutex(1_000)
        func pass(_ seconds: Int) { now.withLock { $0 += seconds } }
    }

    @Test("a key opens what is bound to it, any number of times, until it expires")
    func life() {
        let seconds = Seconds()
        let store = ClientSecretStore(secondsSince1970: { seconds.now.withLock { $0 } })
        let (key, expiresAt) = store.make(lifetime: 60, session: SessionUpdate(instructions: "Be kind."))
        #expect(expiresAt == 1_060)
        for _ in 0..<2 { #expect(store.session(of: key)?.update?.instructions == "Be kind.") }
        seconds.pass(59)
        #expect(store.session(of: key) != nil)
        seconds.pass(1)
        #expect(store.session(of: key) == nil)
    }

    @Test("a key has the form of the API, is never the same twice, and another one opens nothing")
    func form() {
        let store = ClientSecretStore(secondsSince1970: { 0 })
        let first = store.make(lifetime: 60, session: nil).key.expose()
        let second = store.make(lifetime: 60, session: nil).key.expose()
        #expect(first != second)
        #expect(first.hasPrefix("ek_") && first.count == 35)
        #expect(store.session(of: Secret("ek_" + String(repeating: "0", count: 32))) == nil)
        #expect(store.session(of: Secret("sk-other")) == nil)
    }

    @Test("the store is bounded: the key that expires first makes room")
    func bounded() {
        let store = ClientSecretStore(secondsSince1970: { 0 })
        let short = store.make(lifetime: 10, session: nil).key
        let long = store.make(lifetime: 7_200, session: nil).key
        for _ in 0..<ClientSecretStore.maximumKeys - 1 { _ = store.make(lifetime: 600, session: nil) }
        #expect(store.session(of: short) == nil)
        #expect(store.session(of: long) != nil)
    }

    @Test("an ephemeral key does nothing that is a server's, and one that is not known is refused even where no key is needed")
    func authority() throws {
        let store = ClientSecretStore(secondsSince1970: { 0 })
        let key = store.make(lifetime: 60, session: nil).key
        let guarded = EngineAuthorisation(apiKey: TokenDigest(of: "sk-server"), clientSecrets: store)
        if case .server = try guarded.principal(key) { Issue.record("an ephemeral key is no server's") }
        #expect(throws: EdgeError.self) { try guarded.requireServer(key) }
        #expect(throws: EdgeError.self) { try guarded.principal(nil) }
        try guarded.requireServer(Secret("sk-server"))
        let open = EngineAuthorisation(apiKey: nil, clientSecrets: store)
        try open.requireServer(nil)
        #expect(throws: EdgeError.self) { try open.principal(Secret("ek_unknown")) }
    }
}
