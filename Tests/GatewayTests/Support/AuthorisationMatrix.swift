import Foundation
import InterviewCore
import InterviewStore
import Testing

@testable import Gateway

/// `docs/authz-matrix.csv`: a line for each route or message and request, a column for each kind of caller.
enum AuthorisationMatrix {
    struct Row: Sendable {
        let method: String
        let path: String
        let request: String
        let answers: [Caller: String]

        var route: String { "\(self.method) \(self.path)" }
        var name: String { "\(self.route) (\(self.request))" }
        /// The line of a message on a socket, which is answered by a message, or by a status when the socket is refused.
        var isMessage: Bool { self.method == "SOCKET" }
        func status(_ caller: Caller) throws -> Int { try #require(Int(self.answers[caller] ?? ""), "\(self.name)") }
    }

    /// One field of the file.
    struct Cell: Hashable, Sendable {
        let row: String
        let caller: Caller
    }

    enum Caller: String, CaseIterable, Sendable {
        /// Shows nothing.
        case anonymous
        /// A credential of each form that nobody has given out, and a ticket where a token belongs.
        case madeUp = "made up"
        /// Tokens of the identity provider that somebody else has signed, or nobody.
        case forged
        /// Rightly signed tokens that are not for us: another issuer, another audience, our own tenant, no role.
        case otherIssuer = "other issuer"
        case expired
        /// An API key that was revoked, and a candidate's token that a new link has ended.
        case revoked
        /// A good token in the address, with and without one in the header.
        case inAddress = "in address"
        /// The key of the candidate's signalling session, as a bearer.
        case signallingKey = "signalling key"
        case candidate
        /// Of another interview of the same tenant.
        case otherCandidate = "other candidate"
        case candidateB = "candidate B"
        case interviewerA = "interviewer A"
        case reviewerA = "reviewer A"
        case adminA = "admin A"
        case interviewerB = "interviewer B"
        case reviewerB = "reviewer B"
        case adminB = "admin B"
        /// The workspace token of the run: an admin of the tenant that is neither.
        case `operator`

        /// Tenant and role of those who have a key of one.
        var work: (tenant: TenantID, role: WorkspaceRole)? {
            let (a, b) = (AuthorisationWorld.tenantA, AuthorisationWorld.tenantB)
            return switch self {
            case .interviewerA: (a, .interviewer)
            case .reviewerA: (a, .reviewer)
            case .adminA: (a, .admin)
            case .interviewerB: (b, .interviewer)
            case .reviewerB: (b, .reviewer)
            case .adminB: (b, .admin)
            default: nil
            }
        }
    }

    static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../docs/authz-matrix.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(lines.first)
        try #require(Array(header.dropFirst(3)) == Caller.allCases.map(\.rawValue))
        return try lines.dropFirst().map { cells in
            try #require(cells.count == header.count && !cells.contains(""), "\(cells)")
            let answers = zip(Caller.allCases, cells.dropFirst(3)).map { ($0, $1) }
            return Row(method: cells[0], path: cells[1], request: cells[2], answers: Dictionary(uniqueKeysWithValues: answers))
        }
    }
}
