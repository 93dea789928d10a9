import NIOCore
import NIOPosix

/// What a run has shown.
public struct LoadOutcome: Sendable {
    /// Of each flow or request that succeeded.
    public var milliseconds: [Double] = []
    public var failures: [LoadFailure: Int] = [:]
    /// From the first to the end of the last.
    public var seconds = 0.0

    public var failed: Int { self.failures.values.reduce(0, +) }
    public var perSecond: Double { self.seconds > 0 ? Double(self.milliseconds.count) / self.seconds : 0 }
}

/// Drives signalling flows and requests for keys against a server, as cheaply as it can, on one event loop: the server shares the machine.
public final class SignallingLoad: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let target: LoadTarget
    private let messages: SignallingMessages
    private let deadline: TimeAmount

    /// - Parameter deadline: a server that does not answer a flow or a request within this has failed.
    /// - Throws: when the host has no address.
    public init(host: String, port: Int, deadline: Duration = .seconds(15)) throws {
        self.deadline = TimeAmount(deadline)
        self.target = LoadTarget(address: try .makeAddressResolvingHost(host, port: port), eventLoop: self.group.next())
        self.messages = SignallingMessages(host: "\(host):\(port)")
    }

    public func shutDown() async { try? await self.group.shutdownGracefully() }

    /// Runs a flow for each ticket, so many at once.
    public func flows(_ tickets: [SignallingTicket], concurrency: Int) async throws -> LoadOutcome {
        let (target, messages, deadline) = (self.target, self.messages, self.deadline)
        return try await self.run { promise in
            FlowRun(target, messages, tickets, deadline, promise).begin(concurrency)
        }
    }

    /// Asks for a key of each session in turn, so often, on so many connections that are kept.
    public func keys(_ sessions: [String], count: Int, connections: Int) async throws -> LoadOutcome {
        precondition(!sessions.isEmpty, "a key is a session's")
        let requests = sessions.map { self.messages.keyRequest(session: $0) }
        let (target, deadline) = (self.target, self.deadline)
        return try await self.run { promise in
            KeyRun(target, requests, count: count, deadline: deadline, promise).begin(connections)
        }
    }

    /// Opens sockets that stay open until shutdown, and returns what their server has named their sessions.
    public func openSessions(_ count: Int) async throws -> [String] {
        let (target, messages) = (self.target, self.messages)
        var names: [String] = []
        for number in 0..<count {
            let promise = target.eventLoop.makePromise(of: String.self)
            let timeout = target.eventLoop.scheduleTask(in: self.deadline) { promise.fail(LoadFailure.timedOut) }
            defer { timeout.cancel() }
            target.eventLoop.execute { SessionSocket(target, messages, promise).begin(number) }
            names.append(try await promise.futureResult.get())
        }
        return names
    }

    private func run(_ begin: @escaping @Sendable (EventLoopPromise<LoadOutcome>) -> Void) async throws -> LoadOutcome {
        let promise = self.target.eventLoop.makePromise(of: LoadOutcome.self)
        self.target.eventLoop.execute { begin(promise) }
        return try await promise.futureResult.get()
    }
}

/// What the runs count.
private struct Tally {
    var outcome = LoadOutcome()
    private let start = NIODeadline.now()

    mutating func count(_ result: Result<TimeAmount, LoadFailure>) {
        switch result {
        case .success(let time): self.outcome.milliseconds.append(Double(time.nanoseconds) / 1e6)
        case .failure(let failure): self.outcome.failures[failure, default: 0] += 1
        }
    }

    mutating func finish() -> LoadOutcome {
        self.outcome.seconds = Double((NIODeadline.now() - self.start).nanoseconds) / 1e9
        return self.outcome
    }
}

private final class FlowRun {
    private let target: LoadTarget
    private let messages: SignallingMessages
    private let tickets: [SignallingTicket]
    private let deadline: TimeAmount
    private let promise: EventLoopPromise<LoadOutcome>
    private var tally = Tally()
    private var next = 0
    private var running = 0

    init(
        _ target: LoadTarget,
        _ messages: SignallingMessages,
        _ tickets: [SignallingTicket],
        _ deadline: TimeAmount,
        _ promise: EventLoopPromise<LoadOutcome>
    ) {
        self.target = target
        self.deadline = deadline
        self.messages = messages
        self.tickets = tickets
        self.promise = promise
    }

    func begin(_ concurrency: Int) {
        guard !self.tickets.isEmpty else { return self.promise.succeed(self.tally.finish()) }
        for _ in 0..<min(max(1, concurrency), self.tickets.count) { self.startNext() }
    }

    private func startNext() {
        guard self.next < self.tickets.count else {
            if self.running == 0 { self.promise.succeed(self.tally.finish()) }
            return
        }
        let number = self.next
        self.next += 1
        self.running += 1
        SignallingFlow(self.target, self.messages, self.tickets[number], number: number, deadline: self.deadline) { result in
            self.tally.count(result)
            self.running -= 1
            self.startNext()
        }
        .begin()
    }
}

/// Connections that each ask again as soon as they are answered.
private final class KeyRun: LoadPeer {
    typealias Line = Int

    private struct Connection {
        var channel: (any Channel)?
        var bytes = ServerBytes()
        var asked = NIODeadline.now()
        var timeout: Scheduled<Void>?
        var isOver = false
    }

    private let target: LoadTarget
    private let requests: [ByteBuffer]
    private let deadline: TimeAmount
    private let count: Int
    private let promise: EventLoopPromise<LoadOutcome>
    private var connections: [Connection] = []
    private var tally = Tally()
    private var next = 0
    private var open = 0

    init(
        _ target: LoadTarget,
        _ requests: [ByteBuffer],
        count: Int,
        deadline: TimeAmount,
        _ promise: EventLoopPromise<LoadOutcome>
    ) {
        self.target = target
        self.deadline = deadline
        self.requests = requests
        self.count = count
        self.promise = promise
    }

    func begin(_ count: Int) {
        self.open = max(1, count)
        self.connections = Array(repeating: Connection(), count: self.open)
        for index in self.connections.indices {
            let bound = NIOLoopBound(self, eventLoop: self.target.eventLoop)
            // From the connection's begin; each request then has its own.
            self.expectAnswer(on: index)
            self.target.connect(number: index) { LineHandler(bound, index) }.assumeIsolated().whenComplete { result in
                switch result {
                case .success(let channel):
                    guard !self.connections[index].isOver else { return channel.close(promise: nil) }
                    self.connections[index].channel = channel
                    self.ask(index)
                case .failure:
                    guard !self.connections[index].isOver else { return }
                    self.tally.count(.failure(.notConnected))
                    self.leave(index)
                }
            }
        }
    }

    private func ask(_ index: Int) {
        guard self.next < self.count else { return self.leave(index) }
        let request = self.requests[self.next % self.requests.count]
        self.next += 1
        self.connections[index].asked = .now()
        self.expectAnswer(on: index)
        self.connections[index].channel?.writeAndFlush(request, promise: nil)
    }

    /// The connection is given up when nothing has come within the time of a flow.
    private func expectAnswer(on index: Int) {
        self.connections[index].timeout?.cancel()
        let bound = NIOLoopBound(self, eventLoop: self.target.eventLoop)
        self.connections[index].timeout = self.target.eventLoop.scheduleTask(in: self.deadline) {
            let run = bound.value
            guard !run.connections[index].isOver else { return }
            run.tally.count(.failure(.timedOut))
            run.leave(index)
        }
    }

    func received(_ bytes: inout ByteBuffer, on index: Int) {
        guard !self.connections[index].isOver else { return }
        self.connections[index].bytes.append(&bytes)
        do throws(ServerBytes.Failure) {
            guard let answer = try self.connections[index].bytes.answer() else { return }
            let isKey = answer.status == 200 && answer.body.contains(#""client_secret""#)
            self.tally.count(isKey ? .success(.now() - self.connections[index].asked) : .failure(.keyRefused))
            self.ask(index)
        } catch {
            self.tally.count(.failure(.unexpected))
            self.leave(index)
        }
    }

    func closed(_ index: Int) {
        guard self.connections[index].channel != nil else { return }
        self.tally.count(.failure(.closed))
        self.leave(index)
    }

    private func leave(_ index: Int) {
        let channel = self.connections[index].channel
        self.connections[index].isOver = true
        self.connections[index].channel = nil
        self.connections[index].timeout?.cancel()
        channel?.close(promise: nil)
        self.open -= 1
        if self.open == 0 { self.promise.succeed(self.tally.finish()) }
    }
}

/// A socket that is only open, for servers that give keys to open sessions only.
private final class SessionSocket: LoadPeer {
    private let target: LoadTarget
    private let messages: SignallingMessages
    private let promise: EventLoopPromise<String>
    private var bytes = ServerBytes()
    private var isOpen = false

    init(_ target: LoadTarget, _ messages: SignallingMessages, _ promise: EventLoopPromise<String>) {
        self.target = target
        self.messages = messages
        self.promise = promise
    }

    func begin(_ number: Int) {
        let bound = NIOLoopBound(self, eventLoop: self.target.eventLoop)
        self.target.connect(number: number) { LineHandler(bound, ()) }.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): channel.writeAndFlush(self.messages.upgrade(path: "/ws"), promise: nil)
            case .failure: self.promise.fail(LoadFailure.notConnected)
            }
        }
    }

    func received(_ bytes: inout ByteBuffer, on line: Void) {
        self.bytes.append(&bytes)
        do throws(ServerBytes.Failure) {
            if !self.isOpen {
                guard let answer = try self.bytes.answer() else { return }
                guard answer.status == 101 else { return self.promise.fail(LoadFailure.upgradeRefused) }
                self.isOpen = true
            }
            while let (opcode, payload) = try self.bytes.frame() {
                if opcode == 1, let name = payload.quoted(after: #""sessionId":""#) { self.promise.succeed(name) }
            }
        } catch {
            self.promise.fail(LoadFailure.unexpected)
        }
    }

    func closed(_ line: Void) { self.promise.fail(LoadFailure.closed) }
}
