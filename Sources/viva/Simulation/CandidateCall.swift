import Foundation
import InterviewCore
import ServerEdge
import Synchronization
import VivaTestKit
import VoiceEngine
import VoiceMedia

/// A synthetic candidate's call from joining to goodbye: real HTTP, real WebRTC, real speech.
struct CandidateCall: Sendable {
    let api: GatewayAPI
    let factory: PeerConnectionFactory
    let answers: AnswerSource
    let behaviour: SyntheticCandidateStateMachine.Behaviour
    let plan: InterviewPlan?
    /// The whole interview must end within this time.
    let limit: Duration
    /// Told of each final line as it arrives.
    let follow: @Sendable (String) -> Void

    /// How long the connection may take; the server's own limit is 15 s.
    private static let connectLimit = Duration.seconds(20)

    func hold(ticket: String) async throws -> SimulationReport {
        let sound = CandidateSound(behaviour: behaviour, answers: answers.samples)
        let joinedAt = sound.now
        let joined = try await api.join(ticket: ticket)
        let token = joined.candidate_token

        let (events, continuation) = AsyncStream<AudioTransportEvent>.makeStream(bufferingPolicy: .bufferingNewest(1_000))
        let peer = factory.makeClient(
            handlers: AudioTransportHandlers(
                received: { sound.received($0) },
                frameDue: { sound.fill($0) },
                event: { event in
                    continuation.yield(event)
                    if case .closed = event { continuation.finish() }
                }
            )
        )
        do {
            let (answer, location) = try await api.call(offer: try await peer.offer(), token: token)
            try await peer.accept(answer: answer)
            try await connected(events)
            let (lines, notices) = try await follow(call: location, token: token, sound: sound)
            await peer.close()
            let transcript = try await api.transcript(interview: joined.interview.id, token: token)
            return SimulationReport(
                interview: joined.interview.id,
                transcript: transcript,
                joinedAt: joinedAt,
                firstSound: sound.firstSound,
                turns: sound.turns,
                spoken: answers.texts,
                plan: plan,
                finalLines: lines,
                notices: notices
            )
        } catch {
            await peer.close()
            throw error
        }
    }

    private func connected(_ events: AsyncStream<AudioTransportEvent>) async throws {
        let outcome = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await event in events {
                    switch event {
                    case .connected: return true
                    case .closed: return false
                    case .channelOpen, .text: continue
                    }
                }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: Self.connectLimit)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        guard outcome else { throw CommandFailure("no WebRTC connection came about; is UDP between this machine and the server blocked?") }
    }

    /// Follows the gateway's events to the end of the interview.
    private func follow(call: String, token: String, sound: CandidateSound) async throws -> (lines: Int, notices: [String]) {
        let seen = Seen()
        let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [api, follow] in
                try await api.events(call: call, token: token) { event in
                    let fields = (try? JSONSerialization.jsonObject(with: Data(event.data.utf8))) as? [String: Any] ?? [:]
                    switch event.event {
                    case "progress":
                        if let number = fields["question_number"] as? Int { sound.questionAsked(number: number) }
                    case "segment":
                        seen.state.withLock { $0.lines += 1 }
                        follow("\(fields["speaker"] as? String ?? "?"): \(fields["text"] as? String ?? "")")
                    case "notice":
                        let code = fields["code"] as? String ?? "?"
                        seen.state.withLock { $0.notices.append(code) }
                    default: break
                    }
                }
                return true
            }
            group.addTask { [limit] in
                try await Task.sleep(for: limit)
                return false
            }
            let first = try await group.next() ?? false
            group.cancelAll()
            return first
        }
        guard ended else { throw CommandFailure("the interview did not end within \(limit.components.seconds) s") }
        return seen.state.withLock { ($0.lines, $0.notices) }
    }

    /// What the event stream told so far.
    private final class Seen: Sendable {
        let state = Mutex((lines: 0, notices: [String]()))
    }
}
