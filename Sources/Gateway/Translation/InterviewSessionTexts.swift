import InterviewCore
import RealtimeProtocol
import Synchronization

/// The sessions of interviews as JSON text, each written once: those of the same plan are the same.
final class InterviewSessionTexts: Sendable {
    private struct Key: Hashable {
        let interviewerName: String
        let language: String
        let options: InterviewSession.Options
        let isOurEngine: Bool
    }

    /// A text has some kilobytes, and an installation a handful of plans. When it is full it begins anew.
    private static let most = 64
    private let texts = Mutex<[Key: String]>([:])

    func text(for plan: InterviewPlan, options: InterviewSession.Options, isOurEngine: Bool) -> String {
        let key = Key(interviewerName: plan.interviewerName, language: plan.language, options: options, isOurEngine: isOurEngine)
        if let text = self.texts.withLock({ $0[key] }) { return text }
        let text = RealtimeCoding.encode(InterviewSession.update(for: plan, options: options, isOurEngine: isOurEngine))
        self.texts.withLock { texts in
            if texts.count >= Self.most { texts = [:] }
            texts[key] = text
        }
        return text
    }
}
