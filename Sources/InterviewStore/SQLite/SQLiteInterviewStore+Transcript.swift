internal import GRDB
public import InterviewCore

extension SQLiteInterviewStore {
    public func appendSegment(
        _ turn: SpokenTurn,
        interview: InterviewID,
        tenant: TenantID
    ) async throws(InterviewStoreError) -> AppendedSegment {
        try SQLiteCoding.check(turn.text, atMost: InterviewStoreLimits.segmentTextBytes)
        try SQLiteCoding.check(turn.itemID, atMost: InterviewStoreLimits.itemIDBytes)
        let turn = turn.withoutZeroBytes
        return try await writer.write { database in
            let number = try SQLiteInterviews.number(interview, tenant: tenant, database)
            let stored = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT sequence, text FROM segment WHERE interview = ? AND item_id = ? AND speaker = ?"),
                arguments: [number, turn.itemID, turn.speaker.rawValue]
            )
            if let stored {
                guard stored["text"] == turn.text else {
                    throw InterviewStoreError(.conflict, "This item of the conversation is in the transcript with other words.")
                }
                return AppendedSegment(sequence: SegmentSequence(rawValue: stored["sequence"]), alreadyStored: true)
            }
            let last = try Int.fetchOne(
                database.cachedStatement(sql: "SELECT max(sequence) FROM segment WHERE interview = ?"),
                arguments: [number]
            )
            let next = (last ?? 0) + 1
            guard next <= InterviewStoreLimits.segments else {
                throw InterviewStoreError(.tooLarge, "The transcript of this interview has reached its limit.")
            }
            try database.cachedStatement(
                sql: """
                    INSERT INTO segment (interview, sequence, speaker, item_id, text, start_ms, end_ms, question_id, interrupted)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                number, next, turn.speaker.rawValue, turn.itemID, turn.text, turn.startMilliseconds, turn.endMilliseconds,
                turn.questionID?.rawValue, turn.interrupted,
            ])
            return AppendedSegment(sequence: SegmentSequence(rawValue: next), alreadyStored: false)
        }
    }

    public func segments(
        interview: InterviewID,
        tenant: TenantID,
        after: SegmentSequence?
    ) async throws(InterviewStoreError) -> [TranscriptSegment] {
        try await read { database in
            let number = try SQLiteInterviews.number(interview, tenant: tenant, database)
            return try SQLiteSegments.segments(of: number, after: after, database)
        }
    }

    // MARK: Record

    public func appendEvent(_ event: InterviewEvent, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) {
        try await record([.event(event)], interview: interview, tenant: tenant)
    }

    public func events(
        interview: InterviewID,
        tenant: TenantID,
        kind: InterviewEvent.Kind?
    ) async throws(InterviewStoreError) -> [InterviewEvent] {
        try await read { database in
            let number = try SQLiteInterviews.number(interview, tenant: tenant, database)
            return try Row.fetchAll(
                database.cachedStatement(sql: "SELECT * FROM event WHERE interview = ? AND (? IS NULL OR kind = ?) ORDER BY number"),
                arguments: [number, kind?.rawValue, kind?.rawValue]
            ).map { row in
                InterviewEvent(
                    kind: try SQLiteCoding.identifier(row["kind"]),
                    at: Timestamp(millisecondsSince1970: row["at"]),
                    body: row["body"]
                )
            }
        }
    }

    public func appendCoverage(
        _ coverage: QuestionCoverage,
        interview: InterviewID,
        tenant: TenantID,
        at now: Timestamp
    ) async throws(InterviewStoreError) {
        try await record([.coverage(coverage, at: now)], interview: interview, tenant: tenant)
    }

    public func coverage(interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> [QuestionCoverage] {
        var coverage: [QuestionCoverage] = []
        for event in try await events(interview: interview, tenant: tenant, kind: .questionCoverage) {
            coverage.append(try SQLiteCoding.decode(QuestionCoverage.self, event.body))
        }
        return coverage
    }
}

/// Rows of the table `segment`.
enum SQLiteSegments {
    static func segments(of interview: Int64, after: SegmentSequence?, _ database: Database) throws -> [TranscriptSegment] {
        try Row.fetchAll(
            database.cachedStatement(sql: "SELECT * FROM segment WHERE interview = ? AND sequence > ? ORDER BY sequence LIMIT ?"),
            arguments: [interview, after?.rawValue ?? 0, InterviewStoreLimits.segments]
        ).map { row in
            let question: String? = row["question_id"]
            return TranscriptSegment(
                sequence: SegmentSequence(rawValue: row["sequence"]),
                turn: SpokenTurn(
                    speaker: try SQLiteCoding.identifier(row["speaker"]),
                    text: row["text"],
                    startMilliseconds: row["start_ms"],
                    endMilliseconds: row["end_ms"],
                    itemID: row["item_id"],
                    questionID: question.flatMap(QuestionID.init(rawValue:)),
                    interrupted: row["interrupted"]
                )
            )
        }
    }
}

/// Rows of the table `event`.
enum SQLiteEvents {
    static func append(_ event: InterviewEvent, to interview: Int64, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO event (interview, kind, at, body) VALUES (?, ?, ?, ?)")
            .execute(arguments: [interview, event.kind.rawValue, event.at.milliseconds, event.body])
    }
}
