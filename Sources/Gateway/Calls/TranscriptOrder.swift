import InterviewCore

/// Puts lines into the order in which people began to speak. Pure.
///
/// The words of a turn come seconds after it ended, often after the next one has begun. A line is therefore given its
/// place when its sound begins, and leaves when all earlier ones have left.
struct TranscriptOrder: ~Copyable {
    /// Places that may be open at once; the first is given up beyond, so a turn that never ends cannot hold the record.
    static let mostOpen = 64
    /// A place whose words have not come by then is given up. The conductor gives up on words after 10 s of its own.
    static let longestWait: Duration = .seconds(20)

    private struct Place {
        let key: String
        /// nil: waiting. `.some(nil)`: nothing was said after all.
        var line: SpokenTurn??
        /// Since when the words are due: the sound has ended.
        var dueSince: Duration?
    }

    private var places: [Place] = []

    init() {}

    /// Some line is still waiting for its words.
    var isWaiting: Bool { self.places.contains { $0.line == nil } }

    /// A sound has begun. A key that has a place keeps it.
    mutating func begin(_ key: String) -> [SpokenTurn] {
        guard !self.places.contains(where: { $0.key == key }) else { return [] }
        self.places.append(Place(key: key, line: nil, dueSince: nil))
        if self.places.count > Self.mostOpen { self.places.removeFirst() }
        return self.release()
    }

    /// The sound of this line has ended; its words are due from now on.
    mutating func soundEnded(_ key: String, at now: Duration) {
        if let index = self.places.firstIndex(where: { $0.key == key }) { self.places[index].dueSince = now }
    }

    /// The words of a line are here (nil: there are none). A line without a place gets the last one.
    /// - Returns: the lines that may now leave, in order.
    mutating func finish(_ key: String, _ line: SpokenTurn?) -> [SpokenTurn] {
        if let index = self.places.firstIndex(where: { $0.key == key }) {
            self.places[index].line = .some(line)
        } else if line != nil {
            self.places.append(Place(key: key, line: .some(line), dueSince: nil))
        }
        return self.release()
    }

    /// Gives up on words that are overdue at `now`.
    mutating func releaseOverdue(at now: Duration) -> [SpokenTurn] {
        for index in self.places.indices where self.places[index].line == nil {
            if let due = self.places[index].dueSince, now - due >= Self.longestWait { self.places[index].line = .some(nil) }
        }
        return self.release()
    }

    /// Gives up on everything that is still waiting, at the end of a connection.
    mutating func flush() -> [SpokenTurn] {
        let lines = self.places.compactMap { $0.line ?? nil }
        self.places.removeAll()
        return lines
    }

    private mutating func release() -> [SpokenTurn] {
        var lines: [SpokenTurn] = []
        while let first = self.places.first, let line = first.line {
            if let line { lines.append(line) }
            self.places.removeFirst()
        }
        return lines
    }
}
