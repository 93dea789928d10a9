import AsyncHTTPClient
import InterviewCore
public import Logging
import NIOCore
import NIOHTTP1
import ServerEdge
public import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts the voice engine as a child process, watches it, and starts it again when it ends.
///
/// A crash in a codec or a speech model must not take signalling or storage down, so the engine is its own process
/// (architecture.md, section 1). The child is told to die with us by the end of its standard input, see ``ChildProcess``.
///
/// Run it in the service group *before* the gateway server: at shutdown the group stops the server first, which drains
/// the live calls, and only then the engine.
public final class EngineSupervisor: Service, Sendable {
    /// Where the engine is in its life.
    public enum Status: Sendable, Equatable {
        /// Started, not ready yet.
        case starting
        /// Accepts calls at this address, for example `http://127.0.0.1:41234` (no path).
        case ready(baseAddress: String)
        /// Ended; it is started again soon. `failures` counts the ends since the last stable run.
        case down(failures: Int)
        /// The supervisor itself has ended.
        case stopped
    }

    /// Bytes. The answer is one word in JSON.
    private static let longestHealthAnswer = 4096

    /// Subscribers that may wait for changes of status at the same time: one per live call and a few more.
    private static let bufferedChanges = 16

    private let configuration: EngineConfiguration
    private let logger: Logger
    private let clock: MonotonicClock
    private let standardError: @Sendable (String) -> Void
    private let state = Mutex(State())

    private struct State {
        var status = Status.starting
        /// Counts the processes that became ready.
        var life = 0
        var nextObserver = 0
        var observers: [Int: AsyncStream<Status>.Continuation] = [:]
    }

    /// - Parameters:
    ///   - clock: measures the back-off and the ready deadline.
    ///   - standardError: takes each line the engine writes to its standard error; called on a thread of its own.
    public init(
        configuration: EngineConfiguration,
        logger: Logger,
        clock: MonotonicClock = MonotonicClock(),
        standardError: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        self.standardError = standardError
    }

    /// The key that the engine asks of its clients; nil when it asks for none.
    var apiKey: Secret<String>? { self.configuration.apiKey }

    /// The status at this moment.
    public var status: Status { self.state.withLock { $0.status } }

    /// The engine that is ready now, and the how manieth it is.
    var running: (baseAddress: String, life: Int)? {
        self.state.withLock { state in
            if case .ready(let address) = state.status { (address, state.life) } else { nil }
        }
    }

    /// The status now and each later change. A slow reader loses the oldest changes, never the newest.
    public func statusChanges() -> AsyncStream<Status> {
        let (stream, continuation) = AsyncStream.makeStream(of: Status.self, bufferingPolicy: .bufferingNewest(Self.bufferedChanges))
        let key = self.state.withLock { state in
            state.nextObserver += 1
            state.observers[state.nextObserver] = continuation
            continuation.yield(state.status)
            return state.nextObserver
        }
        continuation.onTermination = { _ in
            self.state.withLock { state in _ = state.observers.removeValue(forKey: key) }
        }
        return stream
    }

    /// Supervises until graceful shutdown or cancellation, then ends the child.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.supervise()
        }
        self.become(.stopped)
        let observers = self.state.withLock { state in
            defer { state.observers.removeAll() }
            return Array(state.observers.values)
        }
        // Outside the lock: finishing calls the termination handler, which takes the lock.
        for observer in observers { observer.finish() }
    }

    private func supervise() async {
        var backoff = RestartBackoff()
        while !Task.isCancelled {
            self.become(.starting)
            backoff.started(at: self.clock.now)
            let end = await self.runChild()
            if Task.isCancelled { return }
            let wait = backoff.ended(at: self.clock.now)
            self.become(.down(failures: backoff.consecutiveFailures))
            self.logger.error(
                "voice engine ended, restarting",
                metadata: [
                    "viva.engine.end": "\(end)", "viva.engine.failures": "\(backoff.consecutiveFailures)",
                    "viva.engine.wait_ms": "\(wait.wholeMilliseconds)",
                ]
            )
            try? await self.clock.sleep(for: wait)
        }
    }

    /// One life of the child. Returns when it is gone, also under cancellation.
    private func runChild() async -> String {
        let child: ChildProcess
        let events: AsyncStream<ChildProcess.Event>
        do {
            (child, events) = try ChildProcess.spawn(
                executable: self.configuration.executable,
                arguments: self.configuration.arguments,
                environment: self.configuration.environment,
                standardError: self.standardError
            )
        } catch {
            return "spawn failed, errno \(error.errno)"
        }
        self.logger.info("voice engine started", metadata: ["viva.engine.pid": "\(child.processIdentifier)"])
        let grace = self.configuration.terminationGrace
        // Not a child task: reading must go on after cancellation until the process is gone, so that no process is left
        // behind. It is awaited below in every case, and `terminate` bounds it.
        let reader = Task { () -> String in
            for await event in events {
                switch event {
                case .line(let line):
                    if let address = ReadyLine.baseAddress(in: line) { self.childIsReady(at: address) }
                case .ended(let status):
                    return "\(status)"
                }
            }
            return "output lost"
        }
        return await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    guard (try? await self.clock.sleep(for: self.configuration.readyTimeout)) != nil else { return }
                    if self.status == .starting {
                        self.logger.error("voice engine did not become ready in time")
                        child.terminate(grace: grace)
                    }
                }
                group.addTask { await self.watch(child) }
                let end = await reader.value
                group.cancelAll()
                return end
            }
        } onCancel: {
            child.terminate(grace: grace)
        }
    }

    /// Kills a child that was ready and does not answer any more: a deadlock leaves the process there, and no end of it
    /// would ever be reported.
    private func watch(_ child: ChildProcess) async {
        var address: String?
        for await status in self.statusChanges() {
            guard case .ready(let base) = status else { continue }
            address = base
            break
        }
        guard let address else { return }
        var failures = 0
        while failures < self.configuration.probeFailures {
            guard (try? await self.clock.sleep(for: self.configuration.probeInterval)) != nil else { return }
            failures = await self.answers(at: address) ? 0 : failures + 1
            if Task.isCancelled { return }
        }
        self.logger.error("voice engine does not answer, killing it", metadata: ["viva.engine.probes": "\(failures)"])
        // Not asked to end first: what hangs does not listen.
        child.send(signal: SIGKILL)
    }

    private func answers(at address: String) async -> Bool {
        let alive = try? await withDeadline(self.configuration.probeDeadline, clock: self.clock) {
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: "\(address)/health"), deadline: .now() + .hours(1))
            _ = try await response.body.collect(upTo: Self.longestHealthAnswer)
            return response.status == .ok
        }
        return alive ?? false
    }

    private func childIsReady(at address: String) {
        guard self.status == .starting else { return }
        self.become(.ready(baseAddress: address))
        self.logger.info("voice engine ready")
    }

    private func become(_ status: Status) {
        self.state.withLock { state in
            state.status = status
            if case .ready = status { state.life += 1 }
            for observer in state.observers.values { observer.yield(status) }
        }
    }
}
