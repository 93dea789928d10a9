import InterviewCore

extension SpokenTurn {
    /// No database keeps U+0000 in a text (SQLite's interface ends there, PostgreSQL refuses it), and
    /// nobody says it. It becomes the replacement character U+FFFD.
    var withoutZeroBytes: SpokenTurn {
        var turn = self
        turn.text = turn.text.replacingZero()
        turn.itemID = turn.itemID.replacingZero()
        return turn
    }
}

extension String {
    fileprivate func replacingZero() -> String {
        guard utf8.contains(0) else { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars { scalars.append(scalar == "\u{0}" ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }
}
