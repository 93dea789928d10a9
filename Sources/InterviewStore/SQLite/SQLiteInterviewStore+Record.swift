internal import GRDB
public import InterviewCore

extension SQLiteInterviewStore {
    public func record(_ writes: [InterviewWrite], interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) {
        var steps: [Step] = []
        for write in writes { steps.append(try Step(write)) }
        let prepared = steps
        try await writer.write { database in
            var (status, number) = try SQLiteInterviews.standing(interview, tenant: tenant, database)
            for step in prepared { try step.perform(interview, number: number, &status, tenant: tenant, database) }
        }
    }
}

/// A write that has the form the tables take, made on the caller's thread: the writer's is one for all.
private enum Step: Sendable {
    case transition(from: InterviewStatus, to: InterviewStatus, reason: String?, at: Timestamp)
    case progress(String)
    case event(InterviewEvent)
    case call(CallRecord)
    case callEnd(CallID, reason: String, at: Timestamp)

    init(_ write: InterviewWrite) throws(InterviewStoreError) {
        switch write {
        case .transition(let from, let to, let reason, let at):
            try SQLiteCoding.check(reason, atMost: InterviewStoreLimits.reasonBytes)
            self = .transition(from: from, to: to, reason: reason, at: at)
        case .progress(let progress):
            self = .progress(try SQLiteCoding.encode(progress))
        case .event(let event):
            try SQLiteCoding.check(event.body, atMost: InterviewStoreLimits.eventBodyBytes)
            self = .event(event)
        case .coverage(let coverage, let at):
            let event = InterviewEvent(kind: .questionCoverage, at: at, body: coverage.json)
            try SQLiteCoding.check(event.body, atMost: InterviewStoreLimits.eventBodyBytes)
            self = .event(event)
        case .call(let call):
            try SQLiteCoding.check(call.upstreamCallID, atMost: InterviewStoreLimits.itemIDBytes)
            try SQLiteCoding.check(call.endReason, atMost: InterviewStoreLimits.reasonBytes)
            self = .call(call)
        case .callEnd(let id, let reason, let at):
            try SQLiteCoding.check(reason, atMost: InterviewStoreLimits.reasonBytes)
            self = .callEnd(id, reason: reason, at: at)
        }
    }

    /// - Parameter status: where the interview stands, before and after.
    func perform(
        _ interview: InterviewID,
        number: Int64,
        _ status: inout InterviewStatus,
        tenant: TenantID,
        _ database: Database
    ) throws {
        switch self {
        case .transition(let from, let to, let reason, let at):
            guard status == from, !from.isFinal else {
                throw InterviewStoreError(.conflict, "The interview is not \(from.rawValue) but \(status.rawValue).")
            }
            try SQLiteInterviews.move(interview, number: number, from: from, to: to, reason: reason, at: at, database)
            status = to
        case .progress(let document):
            try database.cachedStatement(sql: "UPDATE interview SET progress = ? WHERE number = ?").execute(arguments: [document, number])
        case .event(let event):
            // What a client sends may not fill the record; what we write about it always fits.
            if event.kind == .clientReport {
                let count = try Int.fetchOne(
                    database.cachedStatement(sql: "SELECT count(*) FROM event WHERE interview = ?"),
                    arguments: [number]
                )
                guard (count ?? 0) < InterviewStoreLimits.events else {
                    throw InterviewStoreError(.full, "The record of this interview takes no more reports.", isLasting: true)
                }
            }
            try SQLiteEvents.append(event, to: number, database)
        case .call(let call):
            guard call.interviewID == interview else { throw InterviewStoreError.noInterview }
            try SQLiteCalls.insert(call, database)
        case .callEnd(let id, let reason, let at):
            try SQLiteCalls.end(id, tenant: tenant, reason: reason, at: at, database)
        }
    }
}

extension QuestionCoverage {
    /// As its `Codable` form is.
    fileprivate var json: String {
        var object = JSONObjectText()
        if let askedAtMilliseconds { object.add("askedAtMilliseconds", askedAtMilliseconds) }
        object.add("attempts", attempts)
        object.add("exactWords", exactWords)
        object.add("heardFraction", heardFraction)
        object.add("number", number)
        object.add("outcome", outcome.rawValue)
        object.add("questionID", questionID.rawValue)
        return object.text
    }
}
