import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RealtimeProtocol
import ServerEdge
import VivaTestKit
import VoiceEngine
import VoiceMedia

/// A synthetic candidate in a call with an engine, without a gateway: listens to a question, answers it, and asks for the next one as
/// soon as its words are told, as a conductor does.
struct EngineCandidate: Sendable {
    /// What came of the call.
    struct Outcome: Sendable {
        /// Number of the call, from 0.
        var call = 0
        /// Index of the answer that the first question got.
        var firstAnswer = 0
        /// Answers whose words came; an answer that was taken for two gives two.
        var transcripts = 0
        var turns: [SyntheticCandidateStateMachine.Turn] = []
        /// Nothing went on for longer than a question and its answer take: the words of an answer never came, or no question did.
        var stalled = false
        /// Late frames of the interviewer's track.
        var gaps: [FrameGaps.Gap] = []
        var failure: String?
    }

    /// What makes one candidate differ from the next: the answer it begins with, and how long it thinks. The same for the same number, so
    /// that two runs can be compared.
    struct Manner: Sendable {
        let number: Int
        let firstAnswer: Int
        /// 0.6 to 1.6 s before an answer.
        let thinkingMilliseconds: Double
        /// Talks over every question.
        let bargesIn: Bool

        /// - Parameters:
        ///   - number: from 0, of `calls`.
        ///   - answers: how many there are. The calls divide them among themselves, so that a short run comes past each.
        init(number: Int, of calls: Int, answers: Int, bargesIn: Bool) {
            self.number = number
            self.bargesIn = bargesIn
            firstAnswer = (answers > calls ? number * answers / calls : number) % answers
            // Steps that share no divisor with the range: neighbours differ much, and none is like another for long.
            thinkingMilliseconds = 600 + Double((300 + number * 377) % 1_000)
        }
    }

    let base: String
    let key: Secret<String>?
    let client: HTTPClient
    let factory: PeerConnectionFactory
    let manner: Manner
    let answers: AnswerSource
    let questions: [String]
    let duration: Duration
    let turnDetection: TurnDetection

    /// A question, the time to think, an answer and its words take about 15 s.
    private static let longestCycle = 30_000.0
    /// With five answers of 8 s each, enough for an hour.
    private static let rounds = 70
    private static let requestTimeout = TimeAmount.seconds(20)
    private static let answerBytes = 64 * 1_024

    func run() async -> Outcome {
        var outcome = Outcome(call: manner.number, firstAnswer: manner.firstAnswer)
        let answers = samples()
        let sound = CandidateSound(
            behaviour: .init(
                thinkingTime: manner.thinkingMilliseconds,
                bargeInAt: manner.bargesIn ? Set(1...answers.count) : []
            ),
            answers: answers
        )
        let gaps = FrameGaps()
        let (events, continuation) = AsyncStream<AudioTransportEvent>.makeStream(bufferingPolicy: .bufferingNewest(4_096))
        let peer = factory.makeClient(
            handlers: AudioTransportHandlers(
                received: { samples in
                    gaps.frame()
                    sound.received(samples)
                },
                frameDue: { sound.fill($0) },
                event: { event in
                    continuation.yield(event)
                    if case .closed = event { continuation.finish() }
                }
            )
        )
        do {
            try await peer.accept(answer: try await call(offer: try await peer.offer()))
        } catch {
            outcome.failure = "\(error)"
            await peer.close()
            return outcome
        }
        let timer = Task { [duration] in
            try? await Task.sleep(for: duration)
            continuation.finish()
        }
        var asked = 0
        var lastAsked = sound.now
        for await event in events {
            guard case .text(let text) = event, let message = try? ServerMessage(text: text) else {
                if case .closed(let reason) = event { outcome.failure = "closed: \(reason.rawValue)" }
                continue
            }
            switch message.event {
            case .sessionCreated, .inputAudioTranscriptionCompleted:
                if case .inputAudioTranscriptionCompleted(let completed) = message.event {
                    if completed.transcript.isEmpty { continue }
                    outcome.transcripts += 1
                }
                asked += 1
                lastAsked = sound.now
                if !ask(asked, peer, sound) { outcome.failure = "a question could not be sent" }
            case .error(let error): outcome.failure = error.error.code ?? "error"
            default: break
            }
        }
        timer.cancel()
        outcome.stalled = sound.now - lastAsked > Self.longestCycle
        await peer.close()
        outcome.turns = sound.turns
        outcome.gaps = gaps.all
        return outcome
    }

    /// The answers in this candidate's order, again and again for as long as the call lasts.
    private func samples() -> [[Int16]] {
        let first = manner.firstAnswer
        let order = answers.samples[first...] + answers.samples[..<first]
        return Array(repeatElement(order, count: Self.rounds).joined())
    }

    /// - Returns: false when the data channel takes nothing.
    private func ask(_ number: Int, _ peer: PeerConnectionClient, _ sound: CandidateSound) -> Bool {
        sound.questionAsked(number: number)
        let words = questions[(number - 1) % questions.count]
        let create = ResponseCreate(metadata: [VerbatimReplyModel.metadataKey: words])
        return peer.send(ClientMessage(.responseCreate(ResponseCreateEvent(response: create))).text)
    }

    private func call(offer: String) async throws -> String {
        let session = RealtimeCoding.encode(
            SessionUpdate(
                type: "realtime",
                input: .init(transcription: .set(InputTranscription(model: "local")), turnDetection: .set(turnDetection))
            )
        )
        let boundary = RandomToken.make(prefix: "viva-", byteCount: 18)
        var body = ""
        for (name, type, text) in [("sdp", "application/sdp", offer), ("session", "application/json", session)] {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\nContent-Type: \(type)\r\n\r\n\(text)\r\n"
        }
        var request = HTTPClientRequest(url: base + "/v1/realtime/calls")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "multipart/form-data; boundary=\(boundary)")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key.expose())") }
        request.body = .bytes(ByteBuffer(string: body + "--\(boundary)--\r\n"))
        let response = try await client.execute(request, timeout: Self.requestTimeout)
        let answer = String(buffer: try await response.body.collect(upTo: Self.answerBytes))
        guard response.status == .created else { throw CommandFailure("the engine answered \(response.status.code)") }
        return answer
    }
}
