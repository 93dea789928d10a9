/// Finds events that a server sent twice, as one does that is not sure whether the first one arrived. Pure.
///
/// An event is a repetition when it has the id and every other byte of one of the last few hundred; so a server that gives
/// all events one id, or none, loses nothing.
struct RecentEvents {
    /// A server repeats at once or after a reconnect of a few seconds; 256 events are at least 5 s of a call.
    static let remembered = 256

    private var seen: Set<Int> = []
    private var order: [Int] = []
    private var next = 0

    /// Remembers the message.
    /// - Returns: whether it is a repetition.
    mutating func isRepetition(_ text: String, eventID: String?) -> Bool {
        guard let eventID, !eventID.isEmpty else { return false }
        // The text has the id in it. Its hash is keyed anew in each process, so nobody can choose texts that collide.
        let hash = text.hashValue
        guard self.seen.insert(hash).inserted else { return true }
        if self.order.count < Self.remembered {
            self.order.append(hash)
        } else {
            self.seen.remove(self.order[self.next])
            self.order[self.next] = hash
            self.next = (self.next + 1) % Self.remembered
        }
        return false
    }
}
