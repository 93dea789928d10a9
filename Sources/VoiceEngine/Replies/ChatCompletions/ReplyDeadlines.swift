/// When a reply has taken too long. Pure: times are since the request.
struct ReplyDeadlines: Sendable {
    /// See ``ChatCompletionsConfiguration``.
    let firstToken: Duration
    let reply: Duration
    let stall: Duration

    /// Something to say or to call has come.
    private(set) var hasBegun = false
    private var lastBytes = Duration.zero

    init(_ configuration: ChatCompletionsConfiguration) {
        firstToken = configuration.firstTokenDeadline
        reply = configuration.replyDeadline
        stall = configuration.stallLimit
    }

    mutating func bytesCame(at time: Duration) {
        lastBytes = max(lastBytes, time)
    }

    mutating func begin() {
        hasBegun = true
    }

    /// When the reply is given up, as things stand. More bytes may move it, the first word moves it by a lot.
    var due: Duration {
        min(reply, hasBegun ? lastBytes + stall : firstToken)
    }

    /// How long one may sleep without missing the moment: never longer than a stall, since the reply may begin meanwhile.
    func pause(at time: Duration) -> Duration {
        hasBegun ? due - time : min(due - time, stall)
    }
}
