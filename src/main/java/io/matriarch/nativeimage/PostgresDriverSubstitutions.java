package io.matriarch.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLXML;
import org.postgresql.core.PGStream;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.sspi.ISSPIClient;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.xml.PGXmlFactoryFactory;

/**
 * Leaves out of the executable what the PostgreSQL driver can do and the agent never asks for: Windows' logins need classes that aren't there, Kerberos and
 * XML would take megabytes.
 */
@SuppressWarnings("DoNotCallSuggester") // the driver calls them
final class PostgresDriverSubstitutions {
    private PostgresDriverSubstitutions() {}

    private static PSQLException unsupported(String method) {
        return new PSQLException(
                "The server asks for a login by " + method
                        + ", which this executable doesn't support: use another method in pg_hba.conf, such as"
                        + " scram-sha-256",
                PSQLState.CONNECTION_REJECTED);
    }

    @TargetClass(className = "org.postgresql.core.v3.ConnectionFactoryImpl")
    static final class ConnectionFactory {
        private ConnectionFactory() {}

        @Substitute
        static ISSPIClient createSSPI(PGStream stream, String serviceClass, boolean negotiate) {
            throw new IllegalStateException("SSPI is Windows' only");
        }
    }

    @TargetClass(className = "org.postgresql.gss.MakeGSS")
    static final class Kerberos {
        private Kerberos() {}

        @Substitute
        static void authenticate(
                boolean encrypted,
                PGStream stream,
                String host,
                String user,
                char[] password,
                String application,
                String server,
                boolean spnego,
                boolean login,
                boolean log,
                boolean delegate)
                throws PSQLException {
            throw unsupported("GSSAPI");
        }
    }

    @TargetClass(PgConnection.class)
    static final class Xml {
        private Xml() {}

        @Substitute
        SQLXML makeSQLXML() throws SQLException {
            throw new SQLFeatureNotSupportedException("XML");
        }

        @Substitute
        public PGXmlFactoryFactory getXmlFactoryFactory() throws SQLException {
            throw new SQLFeatureNotSupportedException("XML");
        }
    }

    @TargetClass(className = "org.postgresql.jdbc.PgResultSet")
    static final class XmlResult {
        private XmlResult() {}

        @Substitute
        public SQLXML getSQLXML(int column) throws SQLException {
            throw new SQLFeatureNotSupportedException("XML");
        }
    }
}
