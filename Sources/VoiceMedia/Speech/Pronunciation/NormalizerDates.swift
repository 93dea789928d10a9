// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

// Times and dates in words.

extension Normalizer {
    /// "9:05 a.m." → "nine oh five A.M."
    func time(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), text.isBoundary(index), let hourEnd = text.digits(index, 1...2), text[hourEnd] == ":",
            let minuteEnd = text.digits(hourEnd + 1, 2...2)
        else { return nil }
        var secondEnds: [Int?] = [nil]
        if text[minuteEnd] == ":", let end = text.digits(minuteEnd + 1, 2...2) { secondEnds.insert(end, at: 0) }
        for secondEnd in secondEnds {
            let clockEnd = secondEnd ?? minuteEnd
            let half = Self.halfOfDay(text, clockEnd)
            for candidate in half.map({ [$0, nil] }) ?? [nil] {
                let end = candidate?.end ?? clockEnd
                guard !text.isDigit(end) else { continue }
                let hour = text.value(index..<hourEnd)
                let minute = text.value(hourEnd + 1..<minuteEnd)
                let second = secondEnd.map { text.value(minuteEnd + 1..<$0) }
                guard hour <= 24, minute <= 59, second ?? 0 <= 59 else { return (end, text.text(index..<end)) }
                var words = NumberWords.cardinal(hour)
                if minute == 0 {
                    if candidate == nil, second == nil { words += " o'clock" }
                } else {
                    words += (minute < 10 ? " oh " : " ") + NumberWords.cardinal(minute)
                }
                if let second { words += " and " + NumberWords.cardinal(second) + (second == 1 ? " second" : " seconds") }
                // With points, so that the lexicon spells the letters.
                if let candidate { words += " \(candidate.letter).M" + (text[end] == "." ? "" : ".") }
                return (end, words)
            }
        }
        return nil
    }

    /// `\s?([AaPp])\.?[Mm]\.?(?![A-Za-z])`
    private static func halfOfDay(_ text: ScalarText, _ index: Int) -> (letter: String, end: Int)? {
        let start = text.skippingBlank(index)
        let letter: String
        switch text[start] {
        case "A", "a": letter = "A"
        case "P", "p": letter = "P"
        default: return nil
        }
        let second = text.skipping(".", start + 1)
        guard text[second] == "M" || text[second] == "m" else { return nil }
        let end = text.skipping(".", second + 1)
        for candidate in [end, second + 1] where text[candidate]?.isASCIILetter != true { return (letter, candidate) }
        return nil
    }

    private func date(year: String?, month: Int, day: Int) -> String? {
        guard tables.months.indices.contains(month - 1), (1...31).contains(day) else { return nil }
        return "\(tables.months[month - 1]) \(NumberWords.ordinal(day))" + (year.map { ", \($0)" } ?? "")
    }

    /// "2024-03-15"
    func isoDate(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), text.isBoundary(index), let yearEnd = text.digits(index, 4...4), text[yearEnd] == "-",
            let monthEnd = text.digits(yearEnd + 1, 2...2), text[monthEnd] == "-",
            let end = text.digits(monthEnd + 1, 2...2), text.isBoundary(end)
        else { return nil }
        let written = date(
            year: text.text(index..<yearEnd),
            month: text.value(yearEnd + 1..<monthEnd),
            day: text.value(monthEnd + 1..<end)
        )
        return (end, written ?? text.text(index..<end))
    }

    /// "3/15/2024"; the other order where the first number can't be a month.
    func slashDate(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), text.isBoundary(index), let firstEnd = text.digits(index, 1...2), text[firstEnd] == "/",
            let secondEnd = text.digits(firstEnd + 1, 1...2), text[secondEnd] == "/",
            let end = text.digits(secondEnd + 1, 4...4) ?? text.digits(secondEnd + 1, 2...2), text.isBoundary(end)
        else { return nil }
        let first = text.value(index..<firstEnd)
        let second = text.value(firstEnd + 1..<secondEnd)
        var year = text.text(secondEnd + 1..<end)
        if end - secondEnd == 3 { year = (text.value(secondEnd + 1..<end) > 30 ? "19" : "20") + year }
        let written = first <= 12 ? date(year: year, month: first, day: second) : date(year: year, month: second, day: first)
        return (end, written ?? text.text(index..<end))
    }

    private func fullMonth(_ name: String) -> String {
        tables.months.first { $0.prefix(3) == name.prefix(3) } ?? name
    }

    /// "Mar. 5th, 2024"
    func monthAndDay(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isBoundary(index) else { return nil }
        var dayStart = index
        let month = monthNames.match(
            text,
            index,
            where: { end in
                dayStart = text.skipping(".", end) + 1
                return text[dayStart - 1] == " " && text.isDigit(dayStart)
            }
        )
        guard let month, let dayEnd = text.digits(dayStart, 1...2) else { return nil }
        let endings = ["st", "nd", "rd", "th"].map { Array($0.unicodeScalars) }
        var end = dayEnd + (endings.contains { text.hasText($0, at: dayEnd) } ? 2 : 0)
        guard text.isBoundary(end), !text.isDigit(end), text[end] != ":", text[end] != "%" else { return nil }
        let yearStart = text.skipping(",", end)
        var year = ""
        if text[yearStart] == " ", let yearEnd = text.digits(yearStart + 1, 4...4), text.isBoundary(yearEnd) {
            year = text.text(end..<yearEnd)
            end = yearEnd
        }
        let day = text.value(dayStart..<dayEnd)
        guard (1...31).contains(day) else { return (end, text.text(index..<end)) }
        return (end, "\(fullMonth(month.word)) \(NumberWords.ordinal(day))\(year)")
    }

    /// "the 5 of March", "5 Mar."
    func dayAndMonth(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isBoundary(index) else { return nil }
        let dayStart = text.hasText(Array("the ".unicodeScalars), at: index) ? index + 4 : index
        guard let dayEnd = text.digits(dayStart, 1...2), text[dayEnd] == " " else { return nil }
        let nameStart = text.hasText(Array("of ".unicodeScalars), at: dayEnd + 1) ? dayEnd + 4 : dayEnd + 1
        guard let month = monthNames.match(text, nameStart, where: { text.isBoundary($0) }) else { return nil }
        let end = text.skipping(".", month.end)
        let day = text.value(dayStart..<dayEnd)
        guard (1...31).contains(day) else { return (end, text.text(index..<end)) }
        return (end, "the \(NumberWords.ordinal(day)) of \(fullMonth(month.word))")
    }
}
