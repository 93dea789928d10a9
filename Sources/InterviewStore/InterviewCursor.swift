import InterviewCore

/// Where a page of interviews ends: behind this one. Made of what the interview shows anyway, so that a cursor tells nobody how
/// many interviews there are.
struct InterviewCursor: Equatable {
    let createdAt: Timestamp
    let id: InterviewID

    init(of interview: InterviewRecord) {
        (self.createdAt, self.id) = (interview.createdAt, interview.id)
    }

    /// - Throws: `invalidCursor` for anything that ``text`` would not have given.
    init(_ text: String) throws(InterviewStoreError) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(parts[0]), String(time) == parts[0], let id = InterviewID(rawValue: String(parts[1]))
        else {
            throw InterviewStoreError(.invalidCursor, "The cursor of this list is not valid.")
        }
        (self.createdAt, self.id) = (Timestamp(millisecondsSince1970: time), id)
    }

    var text: String { "\(self.createdAt.millisecondsSince1970).\(self.id.rawValue)" }
}
