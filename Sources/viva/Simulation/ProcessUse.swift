import Foundation
import Glibc

/// What a process has used so far (proc(5)).
struct ProcessUse {
    /// User and system time.
    let cpuSeconds: Double
    /// Resident.
    let memoryBytes: Int
    var memoryMegabytes: Int { memoryBytes / 1_048_576 }

    /// nil when there is no such process.
    init?(pid: Int) {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let statm = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8), let end = text.lastIndex(of: ")")
        else { return nil }
        // Behind the name in brackets: state is field 3, utime 14, stime 15.
        let fields = text[text.index(after: end)...].split(separator: " ")
        let pages = statm.split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]), pages.count > 1,
            let resident = Int(pages[1])
        else { return nil }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        memoryBytes = resident * sysconf(Int32(_SC_PAGESIZE))
    }
}
