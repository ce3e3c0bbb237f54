@echo off
rem Builds clattention when it is missing, and runs a command: scripts\clattention --help
rem Unlike the script for other systems it does not look whether sources are newer: after a change, run mvnw package.
setlocal EnableExtensions
set "ROOT=%~dp0.."

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
    echo clattention: no Java found; install a JDK 17 or newer, or set JAVA_HOME to one 1>&2
    exit /b 2
)

if exist "%ROOT%\target\clattention-*-cli.jar" goto built
echo building clattention, which takes a minute or two ... 1>&2
pushd "%ROOT%"
call mvnw.cmd -B -ntp -q package -Dmaven.test.skip=true -Dspotless.check.skip=true 1>&2
if errorlevel 1 (
    popd
    echo clattention: the build failed; its output is above 1>&2
    exit /b 2
)
popd

:built
rem A runtime image without the Vector API would not start with this flag.
set "VECTOR="
"%JAVA%" --list-modules | findstr /b "jdk.incubator.vector" >nul
if not errorlevel 1 set "VECTOR=--add-modules jdk.incubator.vector"
for %%J in ("%ROOT%\target\clattention-*-cli.jar") do set "JAR=%%~fJ"
"%JAVA%" -XX:MaxRAMPercentage=50 %VECTOR% -jar "%JAR%" %*
exit /b %errorlevel%
