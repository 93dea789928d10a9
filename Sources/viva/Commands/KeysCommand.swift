import ArgumentParser
import Foundation
import Gateway
import InterviewCore
import InterviewStore
import ServerEdge

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and revoke the API keys of tenants.",
        discussion: """
            Works on the database, also while the server runs. A key is shown once; only its hash is kept.
            Example: viva keys create --tenant acme --role interviewer --name "Applicant tracking"
            """,
        subcommands: [Create.self, List.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key and show it, this once.",
            discussion: """
                An admin may do everything of its tenant, an interviewer invites and reads, a reviewer reads.
                The key goes to standard output, what it is to standard error.
                Example: viva keys create --role admin --name "Ada's laptop"
                """
        )

        @Option(help: "What the key is for, as lists show it.")
        var name: String

        @Option(help: "admin, interviewer or reviewer.")
        var role: String

        @Option(help: "The tenant; its first key makes it.")
        var tenant: String = TenantID.local.rawValue

        @Flag(help: "Print the key and what is known of it as JSON.")
        var json = false

        @OptionGroup var place: KeysStore

        func run() async throws {
            guard let role = WorkspaceRole(rawValue: role) else {
                let roles = WorkspaceRole.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure("--role must be one of \(roles), not \"\(self.role)\"")
            }
            let tenant = try KeysStore.tenant(tenant)
            try await place.with(mustExist: false) { office in
                let (record, key) = try await office.create(name: name, role: role, tenant: tenant)
                if json {
                    Terminal.result(try KeyLine(record, key: key.expose()).json())
                } else {
                    Terminal.result(key.expose())
                    Terminal.note("\(record.id): \(record.role.rawValue) of the tenant \(record.tenantID). The key is not shown again.")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the keys: id, role, tenant, last use, name.",
            discussion: "Example: viva keys list --tenant acme"
        )

        @Option(help: "Only this tenant's.")
        var tenant: String?

        @Flag(help: "Show the revoked keys too.")
        var all = false

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var place: KeysStore

        func run() async throws {
            let tenant = try tenant.map { try KeysStore.tenant($0) }
            try await place.with(mustExist: true) { office in
                let keys = try await office.list(tenant: tenant).filter { all || $0.revokedAt == nil }
                if json { return Terminal.result(try KeyLine.json(keys.map { KeyLine($0) })) }
                if keys.isEmpty { Terminal.note("no keys; `viva keys create` makes one") }
                for key in keys {
                    let state = key.revokedAt.map { "revoked \($0.rfc3339)" } ?? key.lastUsedAt.map { "used \($0.rfc3339)" } ?? "never used"
                    let role = key.role.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
                    Terminal.result("\(key.id)  \(role)  \(key.tenantID)  \(state)  \(key.name)")
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a key. What it has open is closed within seconds.",
            discussion: "Example: viva keys revoke key_0123456789abcdef0123456789abcdef"
        )

        @Argument(help: "The id of the key, as `viva keys list` shows it. Not the key itself.")
        var id: String

        @OptionGroup var place: KeysStore

        func run() async throws {
            guard let id = APIKeyID(rawValue: id) else {
                // What was given may be the key itself, so it is not repeated.
                throw CommandFailure("the id of a key looks like key_0123456789abcdef0123456789abcdef; `viva keys list` shows it")
            }
            try await place.with(mustExist: true) { office in
                guard let record = try await office.revoke(id) else { throw CommandFailure("there is no key \(id)") }
                Terminal.note("\(record.id) of the tenant \(record.tenantID) is revoked")
            }
        }
    }
}

/// The database that the keys are in.
struct KeysStore: ParsableArguments {
    @Option(help: "Folder of the database (VIVA_DATA_DIR; default ./data).")
    var dataDir: String?

    /// Opens the store, works, and closes it.
    ///
    /// - Parameter mustExist: false makes a database where there is none.
    func with(mustExist: Bool, _ body: (APIKeyOffice) async throws -> Void) async throws {
        let settings = try await Settings()
        let directory = dataDir ?? settings.text("viva.data.dir") ?? "data"
        guard !mustExist || FileManager.default.fileExists(atPath: "\(directory)/viva.sqlite") else {
            throw CommandFailure("there is no database in \(directory); name the folder with --data-dir")
        }
        do {
            // A server of another version may be at work there.
            let store = try SQLiteInterviewStore.open(directory: directory, migrating: false)
            do {
                try await body(APIKeyOffice(store: store))
                await store.close()
            } catch {
                await store.close()
                throw error
            }
        } catch let error as InterviewStoreError {
            throw CommandFailure(error.message)
        } catch let error as APIKeyNameError {
            throw CommandFailure(error.description)
        }
    }

    static func tenant(_ text: String) throws -> TenantID {
        guard let tenant = TenantID(rawValue: text) else {
            throw CommandFailure("a tenant is named with 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit, not \"\(text)\"")
        }
        return tenant
    }
}

/// A key as `--json` shows it.
private struct KeyLine: Encodable {
    let id: String
    let key: String?
    let tenant: String
    let role: String
    let name: String
    let created_at: String
    let last_used_at: String?
    let revoked_at: String?

    init(_ record: APIKeyRecord, key: String? = nil) {
        id = record.id.rawValue
        self.key = key
        tenant = record.tenantID.rawValue
        role = record.role.rawValue
        name = record.name
        created_at = record.createdAt.rfc3339
        last_used_at = record.lastUsedAt?.rfc3339
        revoked_at = record.revokedAt?.rfc3339
    }

    func json() throws -> String { try Self.json(self) }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
