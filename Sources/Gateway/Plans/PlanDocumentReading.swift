import InterviewCore
import Yams

/// Takes a draft out of a composed document and notes where each part stands.
struct PlanDocumentReading {
    private(set) var problems: [PlanDocumentError.Problem] = []
    private var places: [String: Mark] = [:]

    typealias PlanKey = InterviewPlanDraft.CodingKeys
    typealias QuestionKey = InterviewPlanDraft.Question.CodingKeys

    /// Where a part stands, or else the nearest part around it.
    func place(of path: String) -> Mark? {
        var path = path[...]
        while true {
            if let mark = places[String(path)] { return mark }
            guard !path.isEmpty else { return nil }
            let end = path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex
            path = path[..<end]
        }
    }

    /// nil when the document is no mapping or lacks what a draft needs; the problems say so.
    mutating func draft(_ root: Node) -> InterviewPlanDraft? {
        guard let fields = mapping(root, path: "", keys: PlanKey.allCases.map(\.rawValue)) else { return nil }
        let id = string(fields, PlanKey.id.rawValue, "", required: true)
        let title = string(fields, PlanKey.title.rawValue, "", required: true)
        let role = string(fields, PlanKey.role.rawValue, "", required: true)
        let version = integer(fields, PlanKey.version.rawValue, "")
        let language = string(fields, PlanKey.language.rawValue, "")
        let interviewerName = string(fields, PlanKey.interviewerName.rawValue, "")
        let greeting = string(fields, PlanKey.greeting.rawValue, "")
        let questions = self.questions(fields[PlanKey.questions.rawValue])
        let closing = string(fields, PlanKey.closing.rawValue, "")
        let timeLimit = integer(fields, PlanKey.timeLimitSeconds.rawValue, "")
        let reminders = strings(fields[PlanKey.reminders.rawValue], path: PlanKey.reminders.rawValue)
        guard let id, let title, let role, let questions else { return nil }
        return InterviewPlanDraft(
            id: id,
            version: version,
            title: title,
            role: role,
            language: language,
            interviewerName: interviewerName,
            greeting: greeting,
            questions: questions,
            closing: closing,
            timeLimitSeconds: timeLimit,
            reminders: reminders
        )
    }

    private mutating func questions(_ node: Node?) -> [InterviewPlanDraft.Question]? {
        let path = PlanKey.questions.rawValue
        guard let node else {
            report("is missing", path, places[""])
            return nil
        }
        guard let entries = sequence(node, path: path, limit: PlanLimits.questions.upperBound) else { return nil }
        return entries.enumerated().compactMap { index, node in
            let path = "\(path)[\(index)]"
            // A question without options may be written as its words alone.
            if let scalar = node.scalar {
                places[path] = node.mark
                places[path + ".text"] = node.mark
                return InterviewPlanDraft.Question(text: scalar.string)
            }
            guard let fields = mapping(node, path: path, keys: QuestionKey.allCases.map(\.rawValue)) else { return nil }
            let id = string(fields, QuestionKey.id.rawValue, path)
            let text = string(fields, QuestionKey.text.rawValue, path, required: true)
            let followUps = integer(fields, QuestionKey.followUpBudget.rawValue, path)
            let patience = integer(fields, QuestionKey.patienceSeconds.rawValue, path)
            let hint = integer(fields, QuestionKey.timeHintSeconds.rawValue, path)
            return text.map {
                InterviewPlanDraft.Question(id: id, text: $0, followUpBudget: followUps, patienceSeconds: patience, timeHintSeconds: hint)
            }
        }
    }

    // MARK: Parts

    private mutating func mapping(_ node: Node, path: String, keys: [String]) -> [String: Node]? {
        places[path] = node.mark
        guard let mapping = node.mapping else {
            report(path.isEmpty ? "the document must be a mapping such as id: …" : "must be a mapping such as text: …", path, node.mark)
            return nil
        }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, keys.contains(name) else {
                reportUnknown(key, path: path, keys: keys)
                continue
            }
            // An error about a value without text of its own is shown at its key.
            places[joined(path, name)] = value.mark ?? key.mark
            fields[name] = value
        }
        return fields
    }

    private mutating func reportUnknown(_ key: Node, path: String, keys: [String]) {
        // Long keys are cut, for the comparison and for the message.
        let name = String((key.scalar?.string ?? "").prefix(60))
        let nearest = keys.map { (key: $0, distance: editDistance(name, $0)) }.min { $0.distance < $1.distance }
        let advice: String =
            if let nearest, nearest.distance <= max(2, nearest.key.count / 3) {
                "did you mean \(nearest.key)?"
            } else {
                "known: " + keys.joined(separator: ", ")
            }
        report("is not a known key; " + advice, joined(path, name.isEmpty ? "?" : name), key.mark)
    }

    private mutating func string(_ fields: [String: Node], _ key: String, _ path: String, required: Bool = false) -> String? {
        guard let node = fields[key] else {
            if required { report("is missing", joined(path, key), places[path]) }
            return nil
        }
        guard let scalar = node.scalar else {
            report("must be text", joined(path, key), node.mark)
            return nil
        }
        return scalar.string
    }

    private mutating func integer(_ fields: [String: Node], _ key: String, _ path: String) -> Int? {
        guard let node = fields[key] else { return nil }
        guard let scalar = node.scalar, scalar.style == .plain, let number = Int(scalar.string) else {
            report("must be a whole number", joined(path, key), node.mark)
            return nil
        }
        return number
    }

    private mutating func strings(_ node: Node?, path: String) -> [String]? {
        guard let node, let entries = sequence(node, path: path, limit: PlanLimits.reminders.upperBound) else { return nil }
        return entries.enumerated().compactMap { index, node in
            places["\(path)[\(index)]"] = node.mark
            guard let scalar = node.scalar else {
                report("must be text", "\(path)[\(index)]", node.mark)
                return nil
            }
            return scalar.string
        }
    }

    private mutating func sequence(_ node: Node, path: String, limit: Int) -> [Node]? {
        guard let entries = node.sequence else {
            report("must be a list", path, node.mark)
            return nil
        }
        guard entries.count <= limit else {
            report("has \(entries.count) entries; at most \(limit) are allowed", path, node.mark)
            return nil
        }
        return Array(entries)
    }

    private mutating func report(_ problem: String, _ path: String, _ mark: Mark?) {
        problems.append(PlanDocumentError.Problem(line: mark?.line, column: mark?.column, path: path, problem: problem))
    }

    private func joined(_ path: String, _ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// Levenshtein distance between two short names.
    private func editDistance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for character in left {
            var diagonal = row[0]
            row[0] += 1
            for (index, other) in right.enumerated() {
                let substitution = diagonal + (character == other ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(substitution, row[index] + 1, row[index + 1] + 1)
            }
        }
        return row[right.count]
    }
}
