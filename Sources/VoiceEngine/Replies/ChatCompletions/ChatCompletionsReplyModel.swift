import AsyncHTTPClient
public import Logging
import NIOCore
import NIOHTTP1
public import ServerEdge
import Synchronization

/// Lets a language model write the replies: streamed chat completions of any server with OpenAI's API.
///
/// When no word has come within its time, or the endpoint is gone, the fallback sentence is the reply, so that a call never falls silent.
/// When nobody listens to it, or it breaks off after its first words, the stream throws ``LanguageModelError``. Letting go of the stream,
/// or cancelling the task that reads it, closes the connection, which is how these servers learn to stop.
public struct ChatCompletionsReplyModel: ReplyModel {
    /// Connections kept at the same time before requests wait: more than an engine has calls.
    private static let connections = 256
    /// The wait before the second try is up to so much longer, so that calls do not come back all at once.
    private static let longestJitter = Duration.milliseconds(250)
    /// How long `check` waits for the list of models.
    private static let checkDeadline = TimeAmount.seconds(5)

    private let configuration: ChatCompletionsConfiguration
    private let client: HTTPClient
    private let metrics: LanguageModelMetrics
    private let logger: Logger
    private let environment: ChatCompletionsEnvironment

    /// Call ``close()`` in the end.
    public init(configuration: ChatCompletionsConfiguration, metrics: MetricsRegistry, logger: Logger) {
        self.init(configuration: configuration, metrics: metrics, logger: logger, environment: .system())
    }

    init(configuration: ChatCompletionsConfiguration, metrics: MetricsRegistry, logger: Logger, environment: ChatCompletionsEnvironment) {
        self.configuration = configuration
        self.metrics = LanguageModelMetrics(registry: metrics)
        self.logger = logger
        self.environment = environment
        var client = HTTPClient.Configuration()
        client.redirectConfiguration = .disallow
        // One connection per reply: closing it stops this reply and no other.
        client.httpVersion = .http1Only
        client.timeout.connect = TimeAmount(configuration.connectTimeout)
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connections
        // There is one retry, ours; the library would try again until the connect timeout.
        client.connectionPool.retryConnectionEstablishment = false
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
    }

    /// Closes the connections; replies that are being made break off.
    public func close() async {
        try? await client.shutdown()
    }

    /// Whether the endpoint is there and takes the key: asks for the list of its models.
    ///
    /// - Returns: nil when all is well.
    public func check() async -> LanguageModelError? {
        var request = HTTPClientRequest(url: configuration.modelsURL)
        authorise(&request)
        do {
            let response = try await client.execute(request, deadline: .now() + Self.checkDeadline)
            return response.status == .ok ? nil : LanguageModelError(status: Int(response.status.code))
        } catch {
            return LanguageModelError((error as? HTTPClientError) == .deadlineExceeded ? .timeout : .unreachable)
        }
    }

    public func reply(to request: ReplyRequest) -> AsyncThrowingStream<ReplyPart, any Error> {
        // What waits for a slow reader is bounded by `maximumResponseBytes`.
        AsyncThrowingStream { continuation in
            let task = Task { await answer(request, continuation) }
            continuation.onTermination = { reason in
                // After its last part the connection is left to come to its end, so that the next reply can use it.
                if case .cancelled = reason { task.cancel() }
            }
        }
    }

    // MARK: One reply

    private typealias Parts = AsyncThrowingStream<ReplyPart, any Error>.Continuation

    /// What the task that reads and the task that watches the time share.
    private final class Progress: Sendable {
        let startedAt: Duration
        let deadlines: Mutex<ReplyDeadlines>
        let isComplete = Mutex(false)

        init(startedAt: Duration, _ deadlines: ReplyDeadlines) {
            self.startedAt = startedAt
            self.deadlines = Mutex(deadlines)
        }

        var hasBegun: Bool { deadlines.withLock(\.hasBegun) }
    }

    private func answer(_ request: ReplyRequest, _ parts: Parts) async {
        let body = ChatRequest.body(request, configuration)
        let progress = Progress(startedAt: environment.now(), ReplyDeadlines(configuration))
        var failure: LanguageModelError?
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await exchange(body, progress, parts) }
                group.addTask { try await watch(progress) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            failure = error as? LanguageModelError ?? LanguageModelError(.unreachable)
        }
        if progress.isComplete.withLock(\.self) {
            parts.finish()
        } else if Task.isCancelled {
            metrics.replies.increment([LanguageModelMetrics.Result.cancelled.rawValue])
            parts.finish(throwing: CancellationError())
        } else {
            end(parts, failure ?? LanguageModelError(.cut), progress, request)
        }
    }

    /// Ends a reply that went wrong: in a talk with the fallback sentence, as long as nothing was said.
    private func end(_ parts: Parts, _ failure: LanguageModelError, _ progress: Progress, _ request: ReplyRequest) {
        let fallback = progress.hasBegun || !request.isTalk ? nil : configuration.fallback
        let result: LanguageModelMetrics.Result = fallback == nil ? .failed : .fallback
        metrics.failures.increment([failure.code.rawValue])
        metrics.replies.increment([result.rawValue])
        var metadata: Logger.Metadata = [
            "code": "\(failure.code.rawValue)", "result": "\(result.rawValue)", "session_id": "\(request.sessionID)",
            "after_ms": "\(milliseconds(environment.now() - progress.startedAt))",
        ]
        if let status = failure.status { metadata["status"] = "\(status)" }
        logger.warning("the language model gave no whole reply", metadata: metadata)
        if let fallback {
            parts.yield(.text(fallback))
            parts.yield(.finished(.completed))
            parts.finish()
        } else {
            parts.finish(throwing: failure)
        }
    }

    /// Throws `timeout` when the reply is due.
    private func watch(_ progress: Progress) async throws {
        while true {
            let time = environment.now() - progress.startedAt
            let (due, pause) = progress.deadlines.withLock { ($0.due, $0.pause(at: time)) }
            if time >= due { throw LanguageModelError(.timeout) }
            try await environment.sleep(pause)
        }
    }

    /// Sends the request and hands the parts of the answer on.
    private func exchange(_ body: String, _ progress: Progress, _ parts: Parts) async throws {
        let response = try await response(to: body, progress)
        var decoder = ChatStreamDecoder(
            maximumEventBytes: configuration.maximumEventBytes,
            identifierPrefix: environment.identifierPrefix()
        )
        var bytes = 0
        do {
            for try await buffer in response.body {
                bytes += buffer.readableBytes
                guard bytes <= configuration.maximumResponseBytes else { throw LanguageModelError(.malformed) }
                let time = environment.now() - progress.startedAt
                progress.deadlines.withLock { $0.bytesCame(at: time) }
                try hand(try decoder.append(buffer.readableBytesView), progress, parts)
            }
        } catch let error as LanguageModelError {
            throw error
        } catch {
            // The end of the reply is known, only its formal close is missing.
            guard decoder.end != nil else {
                if Task.isCancelled { throw CancellationError() }
                throw LanguageModelError(.cut)
            }
        }
        try hand(try decoder.finish(), progress, parts)
    }

    private func hand(_ pieces: [ReplyPart], _ progress: Progress, _ parts: Parts) throws {
        for part in pieces {
            switch part {
            case .text, .functionCall: begin(progress)
            case .functionArguments: break
            case .usage(let usage): metrics.count(usage)
            case .finished(let end):
                // A model that says nothing leaves a caller in silence, whatever its reason.
                guard progress.hasBegun || end == .contentFilter else { throw LanguageModelError(.malformed) }
                progress.isComplete.withLock { $0 = true }
                metrics.replies.increment([LanguageModelMetrics.Result.completed.rawValue])
            }
            parts.yield(part)
            // The reader need not wait for the server to close the stream.
            if case .finished = part { parts.finish() }
        }
    }

    private func begin(_ progress: Progress) {
        let isFirst = progress.deadlines.withLock { deadlines in
            defer { deadlines.begin() }
            return !deadlines.hasBegun
        }
        if isFirst { metrics.firstWord.observe((environment.now() - progress.startedAt) / .seconds(1)) }
    }

    // MARK: The request

    /// The head of the answer. Tries once more when nothing was received and it may help: no connection, or a server that asks for
    /// a short wait.
    private func response(to body: String, _ progress: Progress) async throws -> HTTPClientResponse {
        let wait: Duration
        switch try await attempt(body) {
        case .accepted(let response): return response
        case .failed(let failure, let retryAfter):
            guard let retryAfter, retryAfter <= configuration.longestRetryAfter else { throw failure }
            wait = retryAfter + Self.longestJitter * environment.random()
            let time = environment.now() - progress.startedAt
            guard progress.deadlines.withLock({ time + wait < $0.due }) else { throw failure }
        }
        metrics.retries.increment()
        try await environment.sleep(wait)
        switch try await attempt(body) {
        case .accepted(let response): return response
        case .failed(let failure, _): throw failure
        }
    }

    private enum Attempt {
        case accepted(HTTPClientResponse)
        /// `retryAfter`: nil when another try is of no use.
        case failed(LanguageModelError, retryAfter: Duration?)
    }

    private func attempt(_ body: String) async throws -> Attempt {
        var request = HTTPClientRequest(url: configuration.completionsURL)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "text/event-stream, application/json")
        authorise(&request)
        request.body = .bytes(ByteBuffer(string: body))
        let response: HTTPClientResponse
        do {
            // The library's deadline ends with the head of the answer; ours covers everything.
            response = try await client.execute(request, deadline: .now() + TimeAmount(configuration.replyDeadline))
        } catch {
            if Task.isCancelled { throw CancellationError() }
            return .failed(LanguageModelError(.unreachable), retryAfter: .zero)
        }
        if response.status == .ok { return .accepted(response) }
        let failure = LanguageModelError(status: Int(response.status.code))
        guard [429, 503].contains(response.status.code), let text = response.headers.first(name: "Retry-After"), let seconds = Int(text),
            (0...3_600).contains(seconds)
        else { return .failed(failure, retryAfter: nil) }
        return .failed(failure, retryAfter: .seconds(seconds))
    }

    private func authorise(_ request: inout HTTPClientRequest) {
        if let key = configuration.apiKey { request.headers.add(name: "Authorization", value: "Bearer \(key.expose())") }
    }

    private func milliseconds(_ duration: Duration) -> Int {
        Int(duration / .milliseconds(1))
    }
}
