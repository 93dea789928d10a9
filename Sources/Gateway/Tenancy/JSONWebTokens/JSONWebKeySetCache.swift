import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import ServerEdge

/// The keys of an identity provider, fetched when they are needed and kept for a while.
///
/// One fetch runs at a time and whoever needs it waits for it. Nobody outside can make the server fetch more often than
/// ``Limits/pause`` says.
actor JSONWebKeySetCache {
    /// The named limits, each with its reason.
    enum Limits {
        /// A key that the provider has withdrawn is believed no longer than this.
        static let lifetime: Duration = .seconds(600)
        /// While the provider does not answer, its last keys are used this much longer.
        static let grace: Duration = .seconds(3600)
        /// At least this much time lies between two fetches, whatever unknown keys tokens name.
        static let pause: Duration = .seconds(30)
        /// From the first byte sent to the last byte received; a request waits for it.
        static let deadline: Duration = .seconds(5)
        /// A key with its certificate has 4 KiB.
        static let bytes = 64 * 1024
    }

    private let address: JSONWebKeySetAddress
    private let httpClient: HTTPClient
    private let clock: MonotonicClock
    private let logger: Logger

    private var keys: [JSONWebTokenKey] = []
    private var fetchedAt: Duration?
    private var triedAt: Duration?
    private var fetching: Task<Void, Never>?

    init(address: JSONWebKeySetAddress, httpClient: HTTPClient, clock: MonotonicClock, logger: Logger) {
        self.address = address
        self.httpClient = httpClient
        self.clock = clock
        self.logger = logger
    }

    /// The one key that fits the token; nil when there is none, also not after asking the provider again.
    ///
    /// - Throws: 503 `unavailable` when the provider's keys are not known.
    func key(fitting token: CompactSignature) async throws -> JSONWebTokenKey? {
        if self.age.map({ $0 >= Limits.lifetime }) ?? true { await self.fetchUnlessJustTried() }
        if let key = self.fitting(token) { return key }
        // It may have been published since.
        await self.fetchUnlessJustTried()
        guard let age = self.age, age < Limits.lifetime + Limits.grace else {
            throw EdgeError(CommonErrorCode.unavailable, retryAfter: Limits.pause)
        }
        return self.fitting(token)
    }

    /// Since the keys were received.
    private var age: Duration? { self.fetchedAt.map { self.clock.now - $0 } }

    private func fitting(_ token: CompactSignature) -> JSONWebTokenKey? {
        guard let age = self.age, age < Limits.lifetime + Limits.grace else { return nil }
        let fitting = self.keys.filter { $0.fits(token) }
        return fitting.count == 1 ? fitting[0] : nil
    }

    private func fetchUnlessJustTried() async {
        if let fetching = self.fetching { return await fetching.value }
        if let triedAt = self.triedAt, self.clock.now - triedAt < Limits.pause { return }
        self.triedAt = self.clock.now
        // A task of its own, because the request that begins it may be cancelled and others wait for it too. It ends by its deadline.
        let fetching = Task { await self.fetch() }
        self.fetching = fetching
        await fetching.value
        self.fetching = nil
    }

    private func fetch() async {
        var request = HTTPClientRequest(url: self.address.url)
        request.headers.add(name: "Accept", value: "application/json")
        let (client, final) = (self.httpClient, request)
        do {
            let (status, bytes) = try await withDeadline(Limits.deadline, clock: self.clock) {
                // The library's own deadline ends with the response head; ours covers the body too.
                let response = try await client.execute(final, timeout: .hours(1))
                return (response.status, try await response.body.collect(upTo: Limits.bytes))
            }
            // The client follows no redirects, so only the configured place can answer.
            guard status == .ok, let keys = JSONWebKeySet.read(Array(bytes.readableBytesView)) else {
                return self.logger.warning("the key set of the identity provider cannot be read", metadata: ["status": "\(status.code)"])
            }
            if keys.isEmpty { self.logger.warning("the key set of the identity provider has no key that can be used") }
            self.keys = keys
            self.fetchedAt = self.clock.now
        } catch {
            self.logger.warning("the key set of the identity provider did not come", metadata: ["error_type": "\(type(of: error))"])
        }
    }
}
